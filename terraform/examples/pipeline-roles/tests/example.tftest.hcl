# Planned with a mocked provider: terraform init && terraform test

mock_provider "aws" {
  source = "../../modules/checkout/tests/mocks"
}

run "every_environment_has_a_role" {
  command = plan

  assert {
    condition     = toset(keys(output.deploy_role_arns)) == toset(["dev", "prod"])
    error_message = "Got ${jsonencode(keys(output.deploy_role_arns))}."
  }
}

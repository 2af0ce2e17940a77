# Planned with a mocked provider: terraform init && terraform test

mock_provider "aws" {
  source = "../../modules/checkout/tests/mocks"
}

run "a_role_has_a_name_of_its_own" {
  command = plan

  assert {
    condition     = module.role.role_name == "library-dev-reminder"
    error_message = "Got ${module.role.role_name}."
  }
}

# Planned with a mocked provider: terraform init && terraform test

mock_provider "aws" {
  source = "../../modules/checkout/tests/mocks"
}

run "a_budget_watches" {
  command = plan

  assert {
    condition     = output.budget_name == "library-dev"
    error_message = "Got ${output.budget_name}."
  }
}

# Planned with a mocked provider: terraform init && terraform test

mock_provider "aws" {
  source = "../../modules/checkout/tests/mocks"
}

run "a_table_has_a_name_of_its_own" {
  command = plan

  assert {
    condition     = output.table_name == "library-dev-loans"
    error_message = "Got ${output.table_name}."
  }
}

# Planned with a mocked provider: terraform init && terraform test

mock_provider "aws" {
  source = "../../modules/checkout/tests/mocks"
}

run "a_workflow_needs_no_function" {
  command = plan

  assert {
    condition     = module.workflow.state_machine_name == "reminders-dev"
    error_message = "Got ${module.workflow.state_machine_name}."
  }
}

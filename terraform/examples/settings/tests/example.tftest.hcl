# Planned with a mocked provider: terraform init && terraform test

mock_provider "aws" {
  source = "../../modules/checkout/tests/mocks"
}

run "settings_are_below_one_path" {
  command = plan

  assert {
    condition     = toset(keys(module.settings.parameter_arns)) == toset(["loans/days", "loans/reminders", "opening/saturday"])
    error_message = "Got ${jsonencode(keys(module.settings.parameter_arns))}."
  }
}

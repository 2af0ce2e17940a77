# One state machine.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  name               = "checkout-dev"
  account            = { partition = "aws", region = "us-east-2", id = "123456789012" }
  definition         = "{\"StartAt\": \"A\"}"
  permissions        = []
  log_retention_days = 7
}

run "failures_are_logged_without_what_a_customer_typed" {
  command = plan

  assert {
    condition     = aws_sfn_state_machine.this.logging_configuration[0].level == "ERROR" && !aws_sfn_state_machine.this.logging_configuration[0].include_execution_data
    error_message = "Wanted errors without data."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 7
    error_message = "Wanted a week of logs."
  }

  assert {
    condition     = length(aws_sfn_state_machine.this.tracing_configuration) == 0
    error_message = "Wanted no traces."
  }
}

run "traces_and_the_key_are_used_where_they_are_wanted" {
  command = plan

  variables {
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/limit"
    tracing                  = true
    kms_key_arn              = "arn:aws:kms:us-east-2:123456789012:key/k"
  }

  assert {
    condition     = aws_sfn_state_machine.this.tracing_configuration[0].enabled
    error_message = "Wanted traces."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn
    error_message = "Wanted our key."
  }
}

run "a_name_that_leaves_no_room_for_its_role_is_refused" {
  command = plan

  variables {
    name = "a-name-of-more-than-fifty-five-letters-is-too-long-for-a-role"
  }

  expect_failures = [var.name]
}

run "a_definition_that_starts_nowhere_is_refused" {
  command = plan

  variables {
    definition = "{}"
  }

  expect_failures = [var.definition]
}

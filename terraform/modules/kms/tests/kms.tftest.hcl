# A key, and who may use it.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  name        = "checkout-prod"
  description = "Everything that checkout-prod stores"
  account     = { partition = "aws", region = "us-east-2", id = "123456789012" }
}

run "the_key_is_rotated_has_the_name_that_was_given_and_is_not_gone_at_once" {
  command = plan

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && output.alias_name == "alias/checkout-prod"
    error_message = "Wanted a rotated key alias/checkout-prod, got ${output.alias_name}."
  }

  assert {
    condition     = aws_kms_key.this.deletion_window_in_days == 30
    error_message = "Wanted a month to call it back."
  }
}

run "services_of_other_accounts_may_not_use_it" {
  command = plan

  assert {
    condition     = toset([for s in data.aws_iam_policy_document.this.statement : s.sid if length(s.condition) == 0]) == toset(["AccountDecides", "DeliverEvents"])
    error_message = "Wanted a condition in every statement but for the account and EventBridge."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.this.statement : one(s.condition).values if s.sid == "KeepTrails"] == [tolist(["arn:aws:cloudtrail:us-east-2:123456789012:trail/*"])]
    error_message = "Wanted our trails only."
  }
}

run "a_key_may_be_gone_sooner" {
  command = plan

  variables {
    deletion_window_days = 7
  }

  assert {
    condition     = aws_kms_key.this.deletion_window_in_days == 7
    error_message = "Wanted a week."
  }
}

run "a_key_that_is_gone_too_soon_is_refused" {
  command = plan

  variables {
    deletion_window_days = 1
  }

  expect_failures = [var.deletion_window_days]
}

run "a_name_that_aws_keeps_for_itself_is_refused" {
  command = plan

  variables {
    name = "aws/checkout"
  }

  expect_failures = [var.name]
}

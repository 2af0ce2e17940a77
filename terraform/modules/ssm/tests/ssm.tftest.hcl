# Settings.

mock_provider "aws" {}

variables {
  path     = "/checkout/prod"
  settings = { "pricing/currency" = "USD" }
}

run "settings_are_below_the_path_and_encrypted" {
  command = plan

  assert {
    condition     = aws_ssm_parameter.this["pricing/currency"].name == "/checkout/prod/pricing/currency"
    error_message = "Wanted the setting below the path."
  }

  assert {
    condition     = aws_ssm_parameter.this["pricing/currency"].type == "SecureString"
    error_message = "Wanted it encrypted."
  }
}

run "settings_use_the_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:us-east-2:123456789012:key/k"
  }

  assert {
    condition     = aws_ssm_parameter.this["pricing/currency"].key_id == var.kms_key_arn
    error_message = "Wanted our key."
  }
}

run "a_path_that_ends_with_a_slash_is_refused" {
  command = plan

  variables {
    path = "/checkout/prod/"
  }

  expect_failures = [var.path]
}

run "a_path_that_aws_keeps_for_itself_is_refused" {
  command = plan

  variables {
    path = "/aws/checkout"
  }

  expect_failures = [var.path]
}

run "an_empty_setting_is_refused" {
  command = plan

  variables {
    settings = { "pricing/currency" = "" }
  }

  expect_failures = [var.settings]
}

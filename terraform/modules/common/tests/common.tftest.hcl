# Names, and where we are.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws-us-gov" }
  }
  mock_data "aws_region" {
    defaults = { name = "us-gov-east-1" }
  }
}

variables {
  name        = "checkout"
  environment = "staging"
}

run "every_name_tells_the_environment" {
  command = plan

  assert {
    condition     = output.prefix == "checkout-staging"
    error_message = "Wanted checkout-staging, got ${output.prefix}."
  }
}

run "arns_are_those_of_the_partition_and_the_account" {
  command = plan

  assert {
    condition     = output.arn_prefix.sqs == "arn:aws-us-gov:sqs:us-gov-east-1:123456789012"
    error_message = "Got ${output.arn_prefix.sqs}."
  }
}

run "a_name_with_a_dash_is_refused" {
  command = plan

  variables {
    environment = "pre-prod"
  }

  expect_failures = [var.environment]
}

run "a_name_that_is_too_long_for_what_is_added_to_it_is_refused" {
  command = plan

  variables {
    environment = "preproduction"
  }

  expect_failures = [var.environment]
}

run "another_project_has_names_of_its_own" {
  command = plan

  variables {
    name = "thumbnails"
  }

  assert {
    condition     = output.prefix == "thumbnails-staging"
    error_message = "Wanted thumbnails-staging, got ${output.prefix}."
  }

  assert {
    condition     = output.account == { partition = "aws-us-gov", region = "us-gov-east-1", id = "123456789012" }
    error_message = "Got ${jsonencode(output.account)}."
  }
}

run "a_name_that_no_bucket_can_have_is_refused" {
  command = plan

  variables {
    name = "Thumbnails"
  }

  expect_failures = [var.name]
}

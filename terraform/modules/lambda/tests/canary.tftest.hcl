# A function's new version gets a share first; and its own share of the account's concurrency.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  name               = "checkout-prod-sweeper"
  description        = "Sweeps"
  account_id         = "123456789012"
  package            = { bucket = "code", key = "functions.zip", hash = "hash" }
  handler            = "sweeper.handler.handle"
  timeout_seconds    = 60
  log_retention_days = 7
}

override_data {
  target = data.aws_lambda_alias.before
  values = { function_version = "7" }
}

override_resource {
  target = module.role.aws_iam_role.this
  values = { arn = "arn:aws:iam::123456789012:role/checkout-prod-sweeper" }
}

override_resource {
  target = aws_lambda_function.this
  values = { version = "8" }
}

run "without_a_canary_the_newest_version_is_live_at_once" {
  assert {
    condition     = aws_lambda_alias.live.function_version == "8" && length(aws_lambda_alias.live.routing_config) == 0
    error_message = "Wanted version 8 live, got ${aws_lambda_alias.live.function_version}."
  }
}

run "with_a_canary_the_version_before_keeps_the_rest" {
  variables {
    canary_weight = 0.1
  }

  assert {
    condition = (
      aws_lambda_alias.live.function_version == "7"
      && aws_lambda_alias.live.routing_config[0].additional_version_weights == tomap({ "8" = 0.1 })
    )
    error_message = "Wanted 7 live and a tenth for 8, got ${jsonencode(output.versions)}."
  }
}

run "when_nothing_is_new_there_is_no_canary" {
  variables {
    canary_weight = 0.1
  }

  override_data {
    target = data.aws_lambda_alias.before
    values = { function_version = "8" }
  }

  assert {
    condition     = aws_lambda_alias.live.function_version == "8" && length(aws_lambda_alias.live.routing_config) == 0
    error_message = "Wanted version 8 alone, got ${jsonencode(output.versions)}."
  }
}

run "a_weight_in_percent_is_refused" {
  command = plan

  variables {
    canary_weight = 10
  }

  expect_failures = [var.canary_weight]
}

run "a_function_may_have_a_share_of_the_concurrency" {
  command = plan

  variables {
    reserved_concurrency = 20
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == 20
    error_message = "Wanted 20 at a time, got ${aws_lambda_function.this.reserved_concurrent_executions}."
  }
}

run "a_function_that_could_never_run_is_refused" {
  command = plan

  variables {
    reserved_concurrency = 0
  }

  expect_failures = [var.reserved_concurrency]
}

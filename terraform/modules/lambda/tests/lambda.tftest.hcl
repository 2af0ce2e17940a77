# One function.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  name               = "checkout-dev-sweeper"
  description        = "Sweeps"
  account_id         = "123456789012"
  package            = { bucket = "code", key = "functions.zip", hash = "hash" }
  handler            = "sweeper.handler.handle"
  timeout_seconds    = 60
  log_retention_days = 7
}

run "by_default_a_function_is_small_untraced_and_has_no_limit_of_its_own" {
  command = plan

  assert {
    condition     = aws_lambda_function.this.memory_size == 256 && aws_lambda_function.this.runtime == "python3.13" && one(aws_lambda_function.this.architectures) == "x86_64"
    error_message = "Wanted 256 MB of Python 3.13 on x86_64."
  }

  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "PassThrough" && aws_lambda_function.this.reserved_concurrent_executions == -1
    error_message = "Wanted neither traces nor a limit."
  }

  assert {
    condition     = length(aws_lambda_function_event_invoke_config.this) == 0
    error_message = "Wanted AWS's own two retries."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/lambda/checkout-dev-sweeper" && aws_cloudwatch_log_group.this.retention_in_days == 7
    error_message = "Wanted a log group that keeps a week."
  }
}

run "a_function_is_as_it_was_said" {
  command = plan

  variables {
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/limit"
    memory_mb                = 512
    runtime                  = "python3.12"
    architecture             = "arm64"
    tracing                  = true
    layer_arns               = ["arn:aws:lambda:us-east-2:123456789012:layer:some:1"]
    environment              = { LOG_LEVEL = "INFO" }
    kms_key_arn              = "arn:aws:kms:us-east-2:123456789012:key/k"
    permissions              = [{ sid = "Read", actions = ["dynamodb:GetItem"], resources = ["arn:aws:dynamodb:us-east-2:123456789012:table/t"] }]
  }

  assert {
    condition     = aws_lambda_function.this.memory_size == 512 && aws_lambda_function.this.runtime == "python3.12" && one(aws_lambda_function.this.architectures) == "arm64"
    error_message = "Wanted 512 MB of Python 3.12 on arm64."
  }

  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "Active" && aws_lambda_function.this.environment[0].variables.LOG_LEVEL == "INFO"
    error_message = "Wanted traces and the variable."
  }

  assert {
    condition     = tolist(aws_lambda_function.this.layers) == var.layer_arns
    error_message = "Wanted the layer."
  }

  assert {
    condition     = aws_lambda_function.this.kms_key_arn == var.kms_key_arn && aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn
    error_message = "Wanted our key for variables and logs."
  }
}

run "a_layer_without_its_version_is_refused" {
  command = plan

  variables {
    layer_arns = ["arn:aws:lambda:us-east-2:123456789012:layer:some"]
  }

  expect_failures = [var.layer_arns]
}

run "a_name_that_aws_refuses_is_refused" {
  command = plan

  variables {
    name = "the sweeper"
  }

  expect_failures = [var.name]
}

run "a_handler_that_is_no_python_name_is_refused" {
  command = plan

  variables {
    handler = "sweeper/handler"
  }

  expect_failures = [var.handler]
}

run "another_language_is_refused" {
  command = plan

  variables {
    runtime = "nodejs22.x"
  }

  expect_failures = [var.runtime]
}

run "another_processor_is_refused" {
  command = plan

  variables {
    architecture = "riscv"
  }

  expect_failures = [var.architecture]
}

run "too_little_memory_is_refused" {
  command = plan

  variables {
    memory_mb = 64
  }

  expect_failures = [var.memory_mb]
}

run "a_day_of_work_is_refused" {
  command = plan

  variables {
    timeout_seconds = 86400
  }

  expect_failures = [var.timeout_seconds]
}

run "days_that_cloudwatch_does_not_offer_are_refused" {
  command = plan

  variables {
    log_retention_days = 8
  }

  expect_failures = [var.log_retention_days]
}

run "a_function_that_comes_again_by_itself_is_not_tried_again" {
  command = plan

  variables {
    event_retries = 0
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.this[0].maximum_retry_attempts == 0 && aws_lambda_function_event_invoke_config.this[0].qualifier == "live"
    error_message = "Wanted no retries of calls to the alias."
  }
}

run "more_tries_than_aws_makes_are_refused" {
  command = plan

  variables {
    event_retries = 3
  }

  expect_failures = [var.event_retries]
}

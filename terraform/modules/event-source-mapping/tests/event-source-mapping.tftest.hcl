mock_provider "aws" {}

variables {
  queue_arn    = "arn:aws:sqs:us-east-2:123456789012:thumbnails"
  function_arn = "arn:aws:lambda:us-east-2:123456789012:function:thumbnails-worker:live"
}

run "by_default_ten_messages_at_once_and_only_failed_ones_again" {
  command = plan

  assert {
    condition     = aws_lambda_event_source_mapping.this.batch_size == 10 && aws_lambda_event_source_mapping.this.function_response_types == toset(["ReportBatchItemFailures"])
    error_message = "Wanted batches of 10 whose failures are reported one by one."
  }

  assert {
    condition     = length(aws_lambda_event_source_mapping.this.scaling_config) == 0
    error_message = "Wanted no limit of its own."
  }
}

run "batches_and_calls_at_a_time_can_be_chosen" {
  command = plan

  variables {
    batch_size              = 100
    batching_window_seconds = 5
    maximum_concurrency     = 4
  }

  assert {
    condition = (
      aws_lambda_event_source_mapping.this.batch_size == 100
      && aws_lambda_event_source_mapping.this.maximum_batching_window_in_seconds == 5
      && aws_lambda_event_source_mapping.this.scaling_config[0].maximum_concurrency == 4
    )
    error_message = "Wanted what was said."
  }
}

run "what_is_no_queue_is_refused" {
  command = plan

  variables {
    queue_arn = "thumbnails"
  }

  expect_failures = [var.queue_arn]
}

run "an_empty_batch_is_refused" {
  command = plan

  variables {
    batch_size = 0
  }

  expect_failures = [var.batch_size]
}

run "a_large_batch_that_is_not_waited_for_is_refused" {
  command = plan

  variables {
    batch_size = 11
  }

  expect_failures = [var.batch_size]
}

run "waiting_longer_than_five_minutes_is_refused" {
  command = plan

  variables {
    batching_window_seconds = 301
  }

  expect_failures = [var.batching_window_seconds]
}

run "one_call_at_a_time_is_refused" {
  command = plan

  variables {
    maximum_concurrency = 1
  }

  expect_failures = [var.maximum_concurrency]
}

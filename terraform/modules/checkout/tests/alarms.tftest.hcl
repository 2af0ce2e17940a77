# From what on an alarm is raised.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  prefix        = "checkout-prod"
  topic_arn     = "arn:aws:sns:us-east-2:123456789012:checkout-prod-operations"
  api           = { name = "checkout-prod", stage = "prod" }
  state_machine = "arn:aws:states:us-east-2:123456789012:stateMachine:checkout-prod"
  queues        = { compensation = { queue_name = "checkout-prod-compensation", meaning = "Look" } }
}

run "by_default_the_first_message_in_a_queue_is_one_too_many" {
  command = plan

  module {
    source = "../monitoring"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.queue_not_empty["compensation"].threshold == 0
    error_message = "Wanted an alarm above 0, got ${aws_cloudwatch_metric_alarm.queue_not_empty["compensation"].threshold}."
  }
}

run "thresholds_are_those_that_were_said" {
  command = plan

  module {
    source = "../monitoring"
  }

  variables {
    thresholds = { queued_messages = 5, api_errors_percent = 2, failed_executions = 3 }
  }

  assert {
    condition = [
      aws_cloudwatch_metric_alarm.queue_not_empty["compensation"].threshold,
      aws_cloudwatch_metric_alarm.api_errors.threshold,
      aws_cloudwatch_metric_alarm.failed_executions.threshold,
    ] == [4, 0.02, 3]
    error_message = "Wanted more than 4 messages, more than 0.02 of the requests, 3 executions."
  }
}

run "an_alarm_that_never_ends_is_refused" {
  command = plan

  module {
    source = "../monitoring"
  }

  variables {
    thresholds = { failed_executions = 0 }
  }

  expect_failures = [var.thresholds]
}

run "more_than_everything_is_refused" {
  command = plan

  module {
    source = "../monitoring"
  }

  variables {
    thresholds = { api_errors_percent = 100 }
  }

  expect_failures = [var.thresholds]
}

# A bus, its rules and schedules.

mock_provider "aws" {}

variables {
  name = "checkout-dev"
  rules = {
    operations = {
      description     = "Look"
      detail_types    = ["StockLow"]
      target_arn      = "arn:aws:sns:us-east-2:123456789012:checkout-dev-operations"
      dead_letter_arn = "arn:aws:sqs:us-east-2:123456789012:checkout-dev-undelivered"
    }
  }
}

run "a_rule_matches_what_it_was_told_and_loses_nothing" {
  command = plan

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this["operations"].event_pattern) == { detail-type = ["StockLow"] }
    error_message = "Wanted events of the type StockLow only."
  }

  assert {
    condition     = aws_cloudwatch_event_target.this["operations"].dead_letter_config[0].arn == var.rules["operations"].dead_letter_arn
    error_message = "Wanted what cannot be delivered in the queue."
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.schedule) == 0
    error_message = "Wanted no schedule."
  }
}

run "a_schedule_may_call_its_function_and_no_other_rule_may" {
  command = plan

  variables {
    schedules = { sweep = { description = "Sweep", expression = "rate(1 minute)" } }
    scheduled_functions = {
      sweep = {
        name            = "checkout-dev-sweeper"
        alias           = "live"
        alias_arn       = "arn:aws:lambda:us-east-2:123456789012:function:checkout-dev-sweeper:live"
        dead_letter_arn = "arn:aws:sqs:us-east-2:123456789012:checkout-dev-undelivered"
      }
    }
  }

  assert {
    condition     = aws_cloudwatch_event_rule.schedule["sweep"].schedule_expression == "rate(1 minute)"
    error_message = "Wanted a call every minute."
  }

  assert {
    condition     = aws_cloudwatch_event_target.schedule["sweep"].retry_policy[0].maximum_event_age_in_seconds == 60
    error_message = "Wanted a call to be given up when the next one comes."
  }

  assert {
    condition     = aws_lambda_permission.schedule["sweep"].principal == "events.amazonaws.com" && aws_lambda_permission.schedule["sweep"].qualifier == "live"
    error_message = "Wanted EventBridge to call the alias."
  }
}

run "the_buses_of_others_are_refused" {
  command = plan

  variables {
    name = "default"
  }

  expect_failures = [var.name]
}

run "a_rule_for_everything_is_refused" {
  command = plan

  variables {
    rules = {
      all = {
        description     = "All"
        detail_types    = []
        target_arn      = "arn:aws:sns:us-east-2:123456789012:t"
        dead_letter_arn = "arn:aws:sqs:us-east-2:123456789012:q"
      }
    }
  }

  expect_failures = [var.rules]
}

run "a_schedule_that_is_no_expression_is_refused" {
  command = plan

  variables {
    schedules = { sweep = { description = "Sweep", expression = "every minute" } }
  }

  expect_failures = [var.schedules]
}

run "a_schedule_without_a_function_is_refused" {
  command = plan

  variables {
    schedules = { sweep = { description = "Sweep", expression = "rate(1 minute)" } }
  }

  expect_failures = [var.scheduled_functions]
}

run "a_call_that_is_given_up_before_a_minute_is_refused" {
  command = plan

  variables {
    schedules = { sweep = { description = "Sweep", expression = "rate(1 minute)" } }
    scheduled_functions = {
      sweep = {
        name            = "checkout-dev-sweeper"
        alias           = "live"
        alias_arn       = "arn:aws:lambda:us-east-2:123456789012:function:checkout-dev-sweeper:live"
        dead_letter_arn = "arn:aws:sqs:us-east-2:123456789012:checkout-dev-undelivered"
        retry_seconds   = 30
      }
    }
  }

  expect_failures = [var.scheduled_functions]
}

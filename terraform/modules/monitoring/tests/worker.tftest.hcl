# A function behind a queue, and nothing else: no API, no workflow, no shop.

mock_provider "aws" {
  mock_resource "aws_cloudwatch_metric_alarm" {
    defaults = { arn = "arn:aws:cloudwatch:us-east-2:123456789012:alarm:one-of-them" }
  }
}

variables {
  prefix    = "thumbnails"
  region    = "us-east-2"
  topic_arn = "arn:aws:sns:us-east-2:123456789012:alarms"
  functions = { worker = { name = "thumbnails-worker", timeout_seconds = 30, memory_mb = 512 } }
  queues    = { failed = { queue_name = "thumbnails-failed", meaning = "A picture could not be made smaller" } }
}

run "a_worker_has_the_alarms_of_its_function_and_its_queue_only" {
  command = plan

  assert {
    condition = keys(aws_cloudwatch_metric_alarm.single) == [
      "failed-not-empty", "function-duration-worker", "function-errors-worker", "function-throttles-worker",
    ] && length(aws_cloudwatch_metric_alarm.combined) == 0
    error_message = "Wanted four alarms, got ${jsonencode(keys(aws_cloudwatch_metric_alarm.single))}."
  }
}

run "its_dashboard_shows_nothing_of_a_shop_an_api_or_a_workflow_and_its_rows_are_full" {
  command = apply

  assert {
    condition     = !can(regex("CheckoutLab|ApiGateway|AWS/States|DynamoDB|Orders", aws_cloudwatch_dashboard.this.dashboard_body))
    error_message = "Something is on the dashboard that is not watched: ${aws_cloudwatch_dashboard.this.dashboard_body}."
  }

  assert {
    condition     = strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "thumbnails-worker") && strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "thumbnails-failed")
    error_message = "Wanted the function and the queue on the dashboard."
  }

  assert {
    condition = alltrue([
      for row in distinct(local.widgets[*].y) :
      sum([for widget in local.widgets : widget.width if widget.y == row]) == 24
    ])
    error_message = "Wanted rows of 24 columns, got ${jsonencode(local.widths)}."
  }
}

run "only_what_can_be_asked_of_a_function_is_saved" {
  command = plan

  assert {
    condition     = keys(aws_cloudwatch_query_definition.this) == ["cold starts", "errors", "memory that is not needed"]
    error_message = "Wanted the questions about functions, got ${jsonencode(keys(aws_cloudwatch_query_definition.this))}."
  }
}

run "an_api_alone_can_be_watched" {
  command = plan

  variables {
    functions = {}
    queues    = {}
    api       = { name = "thumbnails", stage = "v1", log_group_name = "/aws/apigateway/thumbnails" }
  }

  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.single) == ["api-errors", "api-latency"]
    error_message = "Wanted the API's two alarms, got ${jsonencode(keys(aws_cloudwatch_metric_alarm.single))}."
  }
}

run "a_workflow_alone_can_be_watched" {
  command = plan

  variables {
    functions     = {}
    queues        = {}
    state_machine = { arn = "arn:aws:states:us-east-2:123456789012:stateMachine:thumbnails", log_group_name = "/aws/vendedlogs/states/thumbnails" }
  }

  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.single) == ["failed-executions", "timed-out-executions"]
    error_message = "Wanted the workflow's two alarms, got ${jsonencode(keys(aws_cloudwatch_metric_alarm.single))}."
  }
}

run "nothing_at_all_is_refused" {
  command = plan

  variables {
    functions = {}
    queues    = {}
  }

  expect_failures = [aws_cloudwatch_composite_alarm.unhealthy]
}

run "rejections_that_nobody_counts_are_refused" {
  command = plan

  variables {
    functions = { worker = { name = "thumbnails-worker", timeout_seconds = 30, memory_mb = 512, rejects_in = "ProcessPayment" } }
  }

  expect_failures = [var.functions]
}

run "orders_that_nobody_counts_are_refused" {
  command = plan

  variables {
    thresholds = { minutes_without_orders = 30 }
  }

  expect_failures = [var.thresholds]
}

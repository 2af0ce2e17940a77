# What is an alarm, from what on, and what the dashboard and the saved queries look like.

mock_provider "aws" {
  # What is put on one dashboard and into one rule has to look like an ARN.
  mock_resource "aws_cloudwatch_metric_alarm" {
    defaults = { arn = "arn:aws:cloudwatch:us-east-2:123456789012:alarm:one-of-them" }
  }
}

variables {
  prefix    = "checkout-prod"
  region    = "us-east-2"
  topic_arn = "arn:aws:sns:us-east-2:123456789012:checkout-prod-operations"
  shop      = { namespace = "CheckoutLab", environment = "prod", currency = "USD", steps = ["ProcessPayment"] }

  api           = { name = "checkout-prod", stage = "prod", log_group_name = "/aws/apigateway/checkout-prod" }
  state_machine = { arn = "arn:aws:states:us-east-2:123456789012:stateMachine:checkout-prod", log_group_name = "/aws/vendedlogs/states/checkout-prod" }
  tables        = { orders = "orders-prod" }
  queues        = { compensation = { queue_name = "checkout-prod-compensation", meaning = "Look" } }

  functions = {
    notifier          = { name = "checkout-prod-notifier", timeout_seconds = 20, memory_mb = 256 }
    payment-processor = { name = "checkout-prod-payment-processor", timeout_seconds = 10, memory_mb = 256, rejects_in = "ProcessPayment" }
  }
}

run "by_default_the_first_message_in_a_queue_is_one_too_many" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.single["compensation-not-empty"].threshold == 1
    error_message = "Wanted an alarm from 1 on, got ${aws_cloudwatch_metric_alarm.single["compensation-not-empty"].threshold}."
  }

  assert {
    condition     = !contains(keys(aws_cloudwatch_metric_alarm.single), "no-orders")
    error_message = "Wanted no alarm about missing orders unless one is asked for."
  }
}

run "thresholds_are_those_that_were_said" {
  command = plan

  variables {
    thresholds = {
      api_errors_percent     = 2
      api_latency_ms         = 4000
      function_errors        = 5
      function_throttles     = 6
      function_time_percent  = 50
      failed_executions      = 3
      timed_out_executions   = 2
      queued_messages        = 7
      table_throttles        = 8
      minutes_without_orders = 15
    }
  }

  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.single : name => alarm.threshold } == {
      api-errors                           = 0.02
      api-latency                          = 4000
      compensation-not-empty               = 7
      failed-executions                    = 3
      function-duration-notifier           = 10000
      function-duration-payment-processor  = 5000
      function-errors-notifier             = 5
      function-throttles-notifier          = 6
      function-throttles-payment-processor = 6
      no-orders                            = 1
      not-given-back                       = 1
      timed-out-executions                 = 2
      wrong-rows                           = 1
    }
    error_message = "Other alarms, or other thresholds: ${jsonencode({ for name, alarm in aws_cloudwatch_metric_alarm.single : name => alarm.threshold })}."
  }

  assert {
    condition     = { for name, alarm in aws_cloudwatch_metric_alarm.combined : name => alarm.threshold } == { function-errors-payment-processor = 5, table-throttles-orders = 8 }
    error_message = "Other alarms about two metrics, or other thresholds."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.single["no-orders"].evaluation_periods == 15 && aws_cloudwatch_metric_alarm.single["no-orders"].treat_missing_data == "breaching"
    error_message = "Wanted fifteen minutes in which nothing counts as nothing ordered."
  }
}

run "every_alarm_goes_to_the_topic_both_ways_and_names_its_section_of_the_runbook" {
  command = plan

  variables {
    runbook = "https://wiki.example/runbook"
  }

  assert {
    condition = alltrue([
      for key, alarm in merge(aws_cloudwatch_metric_alarm.single, aws_cloudwatch_metric_alarm.combined) :
      alarm.alarm_actions == toset([var.topic_arn]) && alarm.ok_actions == toset([var.topic_arn])
      && startswith(key, element(split("https://wiki.example/runbook#", alarm.alarm_description), 1))
    ])
    error_message = "Wanted every alarm to tell the topic when it begins and ends, and to be named after its section."
  }

  assert {
    condition     = aws_cloudwatch_composite_alarm.unhealthy.alarm_actions == toset([var.topic_arn]) && endswith(aws_cloudwatch_composite_alarm.unhealthy.alarm_description, "#unhealthy")
    error_message = "Wanted the same of the alarm over all alarms."
  }
}

run "what_a_customer_caused_is_not_counted_against_a_function" {
  command = plan

  assert {
    condition = [
      for query in aws_cloudwatch_metric_alarm.combined["function-errors-payment-processor"].metric_query : query.expression
      if query.expression != null
    ] == ["FILL(errors, 0) - FILL(rejections, 0)"]
    error_message = "Wanted errors without rejections."
  }
}

run "nothing_on_the_dashboard_overlaps_and_every_row_is_full" {
  command = apply

  assert {
    condition = alltrue([
      for row in distinct(local.widgets[*].y) :
      sum([for widget in local.widgets : widget.width if widget.y == row]) == 24
    ])
    error_message = "Wanted rows of 24 columns, got ${jsonencode([for row in distinct(local.widgets[*].y) : sum([for widget in local.widgets : widget.width if widget.y == row])])}."
  }

  assert {
    condition = length(distinct([for widget in local.widgets : "${widget.x},${widget.y}"])) == length(local.widgets) && max([
      for widget in local.widgets : widget.y + widget.height
    ]...) == sum(local.heights)
    error_message = "Two widgets begin at one place, or a row is not as high as it says."
  }

  assert {
    condition = alltrue([
      for widget in local.widgets : widget.properties.title != "" && widget.properties.yAxis.left.label != ""
      if widget.type == "metric"
    ])
    error_message = "Wanted a title and a unit on every graph."
  }
}

run "an_alarm_that_never_ends_is_refused" {
  command = plan

  variables {
    thresholds = { failed_executions = 0 }
  }

  expect_failures = [var.thresholds]
}

run "more_than_everything_is_refused" {
  command = plan

  variables {
    thresholds = { api_errors_percent = 100 }
  }

  expect_failures = [var.thresholds]
}

run "a_latency_that_no_request_can_have_is_refused" {
  command = plan

  variables {
    thresholds = { api_latency_ms = 30000 }
  }

  expect_failures = [var.thresholds]
}

run "more_than_a_functions_whole_time_is_refused" {
  command = plan

  variables {
    thresholds = { function_time_percent = 120 }
  }

  expect_failures = [var.thresholds]
}

run "more_minutes_than_cloudwatch_looks_back_are_refused" {
  command = plan

  variables {
    thresholds = { minutes_without_orders = 2000 }
  }

  expect_failures = [var.thresholds]
}

run "the_dashboard_shows_what_passes_through_queues_and_topics" {
  command = plan

  variables {
    passed_queues = { notifications = "checkout-prod-notifications" }
    topics        = { orders = "checkout-prod-orders" }
  }

  assert {
    condition     = strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "checkout-prod-notifications") && strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "checkout-prod-orders")
    error_message = "Wanted the queue and the topic on the dashboard."
  }
}

run "saved_queries_can_be_left_out" {
  command = plan

  variables {
    saved_queries = false
  }

  assert {
    condition     = length(aws_cloudwatch_query_definition.this) == 0
    error_message = "Wanted none, got ${length(aws_cloudwatch_query_definition.this)}."
  }
}

run "what_an_index_refuses_is_counted_with_its_table" {
  command = plan

  variables {
    indexes = { orders = ["open"] }
  }

  assert {
    condition = toset(flatten([
      for query in aws_cloudwatch_metric_alarm.combined["table-throttles-orders"].metric_query : [
        for metric in query.metric : "${metric.metric_name} ${join(" ", values(metric.dimensions))}"
      ]
      ])) == toset([
      "ReadThrottleEvents orders-prod", "WriteThrottleEvents orders-prod",
      "ReadThrottleEvents open orders-prod", "WriteThrottleEvents open orders-prod",
    ])
    error_message = "DynamoDB counts the throttles of an index under its own name."
  }
}

run "an_index_of_no_table_is_refused" {
  command = plan

  variables {
    indexes = { carts = ["open"] }
  }

  expect_failures = [var.indexes]
}

run "what_nobody_would_get_up_for_has_no_alarm" {
  command = plan

  variables {
    thresholds = { function_throttles = 0, function_time_percent = 0, table_throttles = 0 }
  }

  assert {
    condition     = !anytrue([for name in concat(keys(aws_cloudwatch_metric_alarm.single), keys(aws_cloudwatch_metric_alarm.combined)) : can(regex("throttles|duration", name))])
    error_message = "Wanted no alarms about throttles and durations: each metric of one costs ten cents a month."
  }

  assert {
    condition     = contains(keys(aws_cloudwatch_metric_alarm.single), "function-errors-notifier")
    error_message = "Wanted the others."
  }
}

run "half_a_throttle_is_refused" {
  command = plan

  variables {
    thresholds = { table_throttles = 0.5 }
  }

  expect_failures = [var.thresholds]
}

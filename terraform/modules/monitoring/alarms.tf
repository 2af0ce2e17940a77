# One entry for each alarm. Its `section` is the one of the runbook, and what its name begins with.

locals {
  five_minutes = { period = 300, evaluation_periods = 1, datapoints_to_alarm = 1 }

  api_alarms = {
    for name, alarm in local.alarms_of_an_api : name => alarm
    if local.watched.api
  }

  alarms_of_an_api = {
    api-errors = merge(local.usual, {
      section             = "api-errors"
      meaning             = "More than ${var.thresholds.api_errors_percent} % of the requests to the API were answered with a 5xx."
      namespace           = "AWS/ApiGateway"
      metric_name         = "5XXError"
      dimensions          = local.api_dimensions
      statistic           = "Average"
      comparison_operator = "GreaterThanThreshold"
      threshold           = var.thresholds.api_errors_percent / 100
      period              = 60
      evaluation_periods  = 3
      datapoints_to_alarm = 2
    })

    api-latency = merge(local.usual, {
      section             = "api-latency"
      meaning             = "One request in a hundred took longer than ${var.thresholds.api_latency_ms} ms."
      namespace           = "AWS/ApiGateway"
      metric_name         = "Latency"
      dimensions          = local.api_dimensions
      statistic           = null
      extended_statistic  = "p99"
      comparison_operator = "GreaterThanThreshold"
      threshold           = var.thresholds.api_latency_ms
      period              = 60
      evaluation_periods  = 5
      datapoints_to_alarm = 3
    })
  }

  execution_alarms = {
    for section, said in {
      failed-executions    = { metric = "ExecutionsFailed", threshold = var.thresholds.failed_executions, did = "failed: for a reason of ours, or because something could not be undone" }
      timed-out-executions = { metric = "ExecutionsTimedOut", threshold = var.thresholds.timed_out_executions, did = "took longer than the workflow may" }
    } :
    section => merge(local.usual, local.five_minutes, {
      section     = section
      meaning     = "In five minutes ${said.threshold} or more checkouts ${said.did}."
      namespace   = "AWS/States"
      metric_name = said.metric
      dimensions  = { StateMachineArn = local.state_machine.arn }
      threshold   = said.threshold
    })
    if local.watched.state_machine
  }

  function_alarms = merge(
    {
      for key, function in var.functions : "function-errors-${key}" => merge(local.usual, local.five_minutes, {
        section     = "function-errors"
        meaning     = "${function.name} ended with an error ${var.thresholds.function_errors} times or more in five minutes."
        namespace   = "AWS/Lambda"
        metric_name = "Errors"
        dimensions  = { FunctionName = function.name }
        threshold   = var.thresholds.function_errors
      })
      if function.rejects_in == null
    },
    {
      for key, function in var.functions : "function-throttles-${key}" => merge(local.usual, local.five_minutes, {
        section     = "function-throttles"
        meaning     = "AWS refused to run ${function.name} ${var.thresholds.function_throttles} times or more in five minutes: too many ran at once."
        namespace   = "AWS/Lambda"
        metric_name = "Throttles"
        dimensions  = { FunctionName = function.name }
        threshold   = var.thresholds.function_throttles
      })
      if var.thresholds.function_throttles > 0
    },
    {
      for key, function in var.functions : "function-duration-${key}" => merge(local.usual, local.five_minutes, {
        section     = "function-duration"
        meaning     = "${function.name} took more than ${var.thresholds.function_time_percent} % of the ${function.timeout_seconds} s after which it is cut off."
        namespace   = "AWS/Lambda"
        metric_name = "Duration"
        dimensions  = { FunctionName = function.name }
        statistic   = "Maximum"
        threshold   = function.timeout_seconds * 10 * var.thresholds.function_time_percent
      })
      if var.thresholds.function_time_percent > 0
    },
  )

  queue_alarms = {
    for key, queue in var.queues : "${key}-not-empty" => merge(local.usual, {
      section     = "${key}-not-empty"
      meaning     = "${queue.meaning}."
      namespace   = "AWS/SQS"
      metric_name = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = queue.queue_name }
      statistic   = "Maximum"
      threshold   = var.thresholds.queued_messages
    })
  }

  order_alarms = var.thresholds.minutes_without_orders == 0 ? {} : {
    no-orders = merge(local.usual, {
      section             = "no-orders"
      meaning             = "Nobody ordered anything for ${var.thresholds.minutes_without_orders} minutes."
      namespace           = local.shop.namespace
      metric_name         = "OrdersAccepted"
      dimensions          = local.own_dimensions
      comparison_operator = "LessThanThreshold"
      threshold           = 1
      evaluation_periods  = var.thresholds.minutes_without_orders
      datapoints_to_alarm = var.thresholds.minutes_without_orders
      treat_missing_data  = "breaching"
    })
  }

  row_alarms = {
    for section, said in {
      wrong-rows     = { metric = "WrongRows", meaning = "A product, a promotion or an order was read whose stored row is wrong, and is off sale, or a setting that is wrong." }
      not-given-back = { metric = "NotGivenBack", meaning = "An order was undone, and there was nothing left to give some of its stock or redemptions back to." }
    } :
    section => merge(local.usual, local.five_minutes, {
      section     = section
      meaning     = said.meaning
      namespace   = local.shop.namespace
      metric_name = said.metric
      dimensions  = local.own_dimensions
      threshold   = 1
    })
    if local.watched.shop
  }

  api_dimensions = { ApiName = local.api.name, Stage = local.api.stage }

  # What an alarm has unless it says otherwise.
  usual = {
    statistic           = "Sum"
    extended_statistic  = null
    comparison_operator = "GreaterThanOrEqualToThreshold"
    period              = 60
    evaluation_periods  = 1
    datapoints_to_alarm = 1
    treat_missing_data  = "notBreaching"
  }

  alarms = merge(local.api_alarms, local.execution_alarms, local.function_alarms, local.queue_alarms, local.order_alarms, local.row_alarms)
}

resource "aws_cloudwatch_metric_alarm" "single" {
  for_each = local.alarms

  alarm_name          = "${var.prefix}-${each.key}"
  alarm_description   = "${each.value.meaning} ${var.runbook}#${each.value.section}"
  namespace           = each.value.namespace
  metric_name         = each.value.metric_name
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  extended_statistic  = each.value.extended_statistic
  comparison_operator = each.value.comparison_operator
  threshold           = each.value.threshold
  period              = each.value.period
  evaluation_periods  = each.value.evaluation_periods
  datapoints_to_alarm = each.value.datapoints_to_alarm
  treat_missing_data  = each.value.treat_missing_data
  alarm_actions       = [var.topic_arn]
  ok_actions          = [var.topic_arn]
}

# Alarms about several metrics together.

locals {
  # An index that is throttled does not show in the metrics of its table.
  throttles = {
    for key, table in var.tables : key => merge([
      for number, index in concat([""], lookup(var.indexes, key, [])) : {
        for kind in ["Read", "Write"] : "${lower(kind)}s${number}" => {
          namespace  = "AWS/DynamoDB"
          name       = "${kind}ThrottleEvents"
          dimensions = merge({ TableName = table }, index == "" ? {} : { GlobalSecondaryIndexName = index })
        }
      }
    ]...)
  }

  combined = merge(
    {
      # A declined card is an error to Lambda and to the workflow, but not to us.
      for key, function in var.functions : "function-errors-${key}" => {
        section    = "function-errors"
        meaning    = "${function.name} ended with an error ${var.thresholds.function_errors} times or more in five minutes, not counting what it rejects."
        expression = "FILL(errors, 0) - FILL(rejections, 0)"
        label      = "Errors without rejections"
        threshold  = var.thresholds.function_errors
        metrics = {
          errors     = { namespace = "AWS/Lambda", name = "Errors", dimensions = { FunctionName = function.name } }
          rejections = { namespace = local.shop.namespace, name = "StepRejections", dimensions = merge(local.own_dimensions, { step = function.rejects_in }) }
        }
      }
      if function.rejects_in != null
    },
    {
      for key, table in var.tables : "table-throttles-${key}" => {
        section    = "table-throttles"
        meaning    = "DynamoDB refused to read or write ${table} or one of its indexes ${var.thresholds.table_throttles} times or more in five minutes."
        expression = join(" + ", [for id in keys(local.throttles[key]) : "FILL(${id}, 0)"])
        label      = "Refused reads and writes"
        threshold  = var.thresholds.table_throttles
        metrics    = local.throttles[key]
      }
      if var.thresholds.table_throttles > 0
    },
  )
}

resource "aws_cloudwatch_metric_alarm" "combined" {
  for_each = local.combined

  alarm_name          = "${var.prefix}-${each.key}"
  alarm_description   = "${each.value.meaning} ${var.runbook}#${each.value.section}"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.threshold
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topic_arn]
  ok_actions          = [var.topic_arn]

  metric_query {
    id          = "result"
    expression  = each.value.expression
    label       = each.value.label
    return_data = true
  }

  dynamic "metric_query" {
    for_each = each.value.metrics

    content {
      id = metric_query.key

      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.name
        dimensions  = metric_query.value.dimensions
        stat        = "Sum"
        period      = 300
      }
    }
  }
}

locals {
  metric_alarms = merge(aws_cloudwatch_metric_alarm.single, aws_cloudwatch_metric_alarm.combined)
}

# Questions that somebody has when an alarm rings. In the console: CloudWatch, Logs Insights, Saved
# queries. What is in capital letters is to be filled in.

locals {
  queries = {
    # What a function raises is written by Lambda, as text; what rejects an order is no error.
    "errors" = {
      about      = "functions"
      log_groups = local.function_log_groups
      query      = <<-EOT
        fields @timestamp, service, task, order_id, message, exception_name, @message
        | filter level in ["ERROR", "CRITICAL"] or @message like /Task timed out|Runtime exited/ or (@message like /^\[ERROR\]/ and @message not like /^\[ERROR\] (InvalidCart|PriceChanged|OutOfStock|PaymentDeclined):/)
        | sort @timestamp desc
        | limit 100
      EOT
    }

    "one order, everywhere" = {
      about      = "shop"
      log_groups = concat(local.function_log_groups, local.workflow_log_groups)
      query      = <<-EOT
        fields @timestamp, service, task, attempt, level, message, reason, exception_name, type
        | filter @message like "ORDER_ID"
        | sort @timestamp asc
        | limit 500
      EOT
    }

    "slowest steps" = {
      about      = "shop"
      log_groups = local.function_log_groups
      query      = <<-EOT
        filter ispresent(step) and ispresent(StepDuration.0)
        | stats count(*) as attempts, avg(StepDuration.0) as mean_ms, pct(StepDuration.0, 99) as p99_ms, max(StepDuration.0) as longest_ms by step
        | sort p99_ms desc
      EOT
    }

    "cold starts" = {
      about      = "functions"
      log_groups = local.function_log_groups
      query      = <<-EOT
        filter @type = "REPORT"
        | stats count(*) as calls, count(@initDuration) as cold, avg(@initDuration) as mean_start_ms, max(@initDuration) as longest_start_ms by @log
        | sort cold desc
      EOT
    }

    "memory that is not needed" = {
      about      = "functions"
      log_groups = local.function_log_groups
      query      = <<-EOT
        filter @type = "REPORT"
        | stats max(@maxMemoryUsed / 1000000) as used_mb, max(@memorySize / 1000000) as given_mb, avg(@billedDuration) as mean_billed_ms by @log
        | sort given_mb desc
      EOT
    }

    "rejected orders by reason" = {
      about      = "shop"
      log_groups = local.function_log_groups
      query      = <<-EOT
        filter message = "rejected"
        | stats count_distinct(order_id) as orders by reason, bin(1h)
        | sort orders desc
      EOT
    }

    "mails that were not sent" = {
      about      = "shop"
      log_groups = local.function_log_groups
      query      = <<-EOT
        fields @timestamp, sqs_message_id, exception_name, exception
        | filter service = "notifier" and message = "not mailed"
        | sort @timestamp desc
        | limit 100
      EOT
    }

    "failed executions" = {
      about      = "state_machine"
      log_groups = local.workflow_log_groups
      query      = <<-EOT
        fields @timestamp, execution_arn, type, details.error, details.cause
        | filter type in ["ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"]
        | sort @timestamp desc
        | limit 100
      EOT
    }

    "api errors" = {
      about      = "api"
      log_groups = local.access_log_groups
      query      = <<-EOT
        fields @timestamp, status, method, path, latency, integrationLatency, errorType, functionStatus, requestId
        | filter status >= 500
        | sort @timestamp desc
        | limit 100
      EOT
    }

    "slow requests" = {
      about      = "api"
      log_groups = local.access_log_groups
      query      = <<-EOT
        stats count(*) as requests, pct(latency, 50) as p50_ms, pct(latency, 99) as p99_ms, max(latency) as longest_ms by method, route
        | sort p99_ms desc
      EOT
    }

    "who is refused" = {
      about      = "api"
      log_groups = local.access_log_groups
      query      = <<-EOT
        filter status in ["401", "403", "429"]
        | stats count(*) as requests by ip, status, bin(5m)
        | sort requests desc
      EOT
    }
  }
}

resource "aws_cloudwatch_query_definition" "this" {
  for_each = { for name, query in local.queries : name => query if var.saved_queries && local.watched[query.about] }

  name            = "${var.prefix}/${each.key}"
  log_group_names = each.value.log_groups
  query_string    = trimspace(each.value.query)
}

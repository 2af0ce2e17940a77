# One page for one environment, from what customers notice at the top to what it costs at the bottom.
#
# `rows` says what is beside what, `widths` and `heights` make positions of it: 24 columns are the
# whole width. A widget is a metric graph unless it says another `type`. It is shown if what it is
# `about` is watched, and those that are shown share the width of their row.

locals {
  of_api     = ["ApiName", local.api.name, "Stage", local.api.stage]
  of_machine = ["StateMachineArn", local.state_machine.arn]
  of_shop    = ["environment", local.shop.environment]

  reasons = ["INVALID_CART", "PRICE_CHANGED", "OUT_OF_STOCK", "PAYMENT_DECLINED"]

  rows = [
    for row in concat(local.head_rows, local.order_rows, local.customer_rows, local.function_rows, local.storage_rows, local.cost_rows) : {
      height  = row.height
      widgets = [for widget in row.widgets : widget if local.watched[widget.about]]
    }
    if anytrue([for widget in row.widgets : local.watched[widget.about]])
  ]

  # What a graph has unless it says otherwise.
  graph = { type = "metric", stat = "Sum", period = 60, stacked = false, lines = [] }

  # By row, where each widget begins; by type, what CloudWatch calls what is said above.
  heights = local.rows[*].height
  widths  = [for row in local.rows : [for widget in row.widgets : widget.width * 24 / sum(row.widgets[*].width)]]

  widgets = flatten([
    for number, row in local.rows : [
      for place, widget in row.widgets : {
        type       = widget.type
        x          = sum(concat([0], slice(local.widths[number], 0, place)))
        y          = sum(concat([0], slice(local.heights, 0, number)))
        width      = local.widths[number][place]
        height     = row.height
        properties = local.properties[number][place]
      }
    ]
  ])

  properties = [
    for row in local.rows : [
      for widget in row.widgets : {
        for name, value in {
          title       = lookup(widget, "title", null)
          region      = widget.type == "metric" || widget.type == "log" ? var.region : null
          markdown    = lookup(widget, "markdown", null)
          alarms      = lookup(widget, "alarms", null)
          query       = lookup(widget, "query", null)
          view        = widget.type == "metric" ? "timeSeries" : widget.type == "log" ? "table" : null
          stat        = lookup(widget, "stat", null)
          period      = lookup(widget, "period", null)
          stacked     = lookup(widget, "stacked", null)
          metrics     = lookup(widget, "metrics", null)
          yAxis       = widget.type == "metric" ? { left = { label = widget.unit, min = 0, showUnits = false } } : null
          annotations = length(lookup(widget, "lines", [])) > 0 ? { horizontal = widget.lines } : null
        } : name => value if value != null
      }
    ]
  ]
}

locals {
  head_rows = [
    {
      height = 2
      widgets = [
        { about = "anything", type = "text", width = 24, markdown = "# ${var.prefix}\nWhat to do when an alarm rings: [runbook](${var.runbook}). Questions to the logs: Logs Insights, saved queries, `${var.prefix}/`." },
      ]
    },
    {
      height = 4
      widgets = [
        { about = "anything", type = "alarm", width = 24, title = "Alarms", alarms = concat([aws_cloudwatch_composite_alarm.unhealthy.arn], values(local.metric_alarms)[*].arn) },
      ]
    },
  ]
}

locals {
  order_rows = [
    { height = 1, widgets = [{ about = "shop", type = "text", width = 24, markdown = "## Orders" }] },
    {
      height = 6
      widgets = [
        merge(local.graph, {
          about = "shop", title = "Orders by status", unit = "orders", width = 9, period = 300
          metrics = concat(
            [
              concat([local.shop.namespace, "OrdersAccepted"], local.of_shop, [{ label = "accepted", color = "#7f7f7f" }]),
              concat([local.shop.namespace, "OrdersConfirmed"], local.of_shop, [{ label = "confirmed", color = "#2ca02c" }]),
              [{ expression = join(" + ", [for number, reason in local.reasons : "FILL(r${number}, 0)"]), label = "rejected", color = "#ff7f0e" }],
              concat([local.shop.namespace, "OrdersFailed"], local.of_shop, [{ label = "failed", color = "#d62728" }]),
            ],
            [
              for number, reason in local.reasons :
              concat([local.shop.namespace, "OrdersRejected"], local.of_shop, ["reason", reason, { id = "r${number}", visible = false }])
            ],
          )
        }),
        merge(local.graph, {
          about = "shop", title = "Revenue and refunds", unit = "minor units of ${local.shop.currency}", width = 8, period = 300
          metrics = [
            concat([local.shop.namespace, "Revenue"], local.of_shop, ["currency", local.shop.currency, { label = "revenue", color = "#2ca02c" }]),
            concat([local.shop.namespace, "Refunds"], local.of_shop, ["currency", local.shop.currency, { label = "refunds", color = "#d62728" }]),
          ]
        }),
        merge(local.graph, {
          about = "shop", title = "Why orders are rejected", unit = "orders", width = 7, period = 300, stacked = true
          metrics = [
            for reason in local.reasons :
            concat([local.shop.namespace, "OrdersRejected"], local.of_shop, ["reason", reason, { label = reason }])
          ]
        }),
      ]
    },
  ]
}

locals {
  customer_rows = [
    { height = 1, widgets = [{ about = "customers", type = "text", width = 24, markdown = "## What customers notice" }] },
    {
      height = 6
      widgets = [
        merge(local.graph, {
          about = "api", title = "Requests", unit = "requests", width = 6
          metrics = [
            concat(["AWS/ApiGateway", "Count"], local.of_api, [{ label = "all" }]),
            concat(["AWS/ApiGateway", "4XXError"], local.of_api, [{ label = "4xx", color = "#ff7f0e" }]),
            concat(["AWS/ApiGateway", "5XXError"], local.of_api, [{ label = "5xx", color = "#d62728" }]),
          ]
        }),
        merge(local.graph, {
          about = "api", title = "Time to answer", unit = "ms", width = 6
          lines = [{ label = "alarm, p99", value = var.thresholds.api_latency_ms }]
          metrics = [
            for stat in ["p50", "p90", "p99"] :
            concat(["AWS/ApiGateway", "Latency"], local.of_api, [{ label = stat, stat = stat }])
          ]
        }),
        merge(local.graph, {
          about = "state_machine", title = "Checkouts by how they ended", unit = "executions", width = 6
          lines = [{ label = "alarm, failed in 5 min", value = var.thresholds.failed_executions }]
          metrics = [
            for ended in ["Started", "Succeeded", "Failed", "TimedOut", "Aborted"] :
            concat(["AWS/States", "Executions${ended}"], local.of_machine, [{ label = lower(ended) }])
          ]
        }),
        merge(local.graph, {
          about = "state_machine", title = "Time of a checkout", unit = "ms", width = 6
          metrics = [
            for stat in ["p50", "p90", "p99"] :
            concat(["AWS/States", "ExecutionTime"], local.of_machine, [{ label = stat, stat = stat }])
          ]
        }),
      ]
    },
  ]
}

locals {
  function_rows = [
    { height = 1, widgets = [{ about = "functions", type = "text", width = 24, markdown = "## Steps and functions" }] },
    {
      height = 6
      widgets = [
        merge(local.graph, {
          about = "shop", title = "Time of a step, p99", unit = "ms", width = 12
          metrics = [
            for step in local.shop.steps :
            concat([local.shop.namespace, "StepDuration"], local.of_shop, ["step", step, { label = step, stat = "p99" }])
          ]
        }),
        merge(local.graph, {
          about = "functions", title = "Longest call, in percent of its time-out", unit = "%", width = 12
          lines = var.thresholds.function_time_percent == 0 ? [] : [{ label = "alarm", value = var.thresholds.function_time_percent }]
          metrics = concat(
            [
              for number, key in keys(var.functions) :
              [{ expression = "100 * d${number} / ${1000 * var.functions[key].timeout_seconds}", label = key }]
            ],
            [
              for number, key in keys(var.functions) :
              ["AWS/Lambda", "Duration", "FunctionName", var.functions[key].name, { id = "d${number}", stat = "Maximum", visible = false }]
            ],
          )
        }),
      ]
    },
    {
      height = 6
      widgets = [
        for metric, said in {
          Errors               = { title = "Errors, what is rejected included", unit = "calls", stat = "Sum" }
          Throttles            = { title = "Throttles", unit = "calls", stat = "Sum" }
          ConcurrentExecutions = { title = "At a time", unit = "calls", stat = "Maximum" }
        } :
        merge(local.graph, {
          about = "functions", title = said.title, unit = said.unit, width = 8, stat = said.stat
          metrics = [
            for key, function in var.functions :
            ["AWS/Lambda", metric, "FunctionName", function.name, { label = key }]
          ]
        })
      ]
    },
    {
      height = 6
      widgets = [
        {
          about = "functions", type = "log", width = 24, title = "The last errors"
          query = join(" | ", concat([for group in local.function_log_groups : "SOURCE '${group}'"], split("\n| ", trimspace(local.queries["errors"].query))))
        },
      ]
    },
  ]
}

locals {
  storage_rows = [
    { height = 1, widgets = [{ about = "storage", type = "text", width = 24, markdown = "## Stock, queues and tables" }] },
    {
      height = 6
      widgets = [
        merge(local.graph, {
          about = "shop", title = "Stock", unit = "pieces", width = 6, period = 300
          metrics = [
            concat([local.shop.namespace, "StockLeft"], local.of_shop, [{ label = "left of the scarcest product sold", stat = "Minimum" }]),
            concat([local.shop.namespace, "UnitsHeld"], local.of_shop, [{ label = "taken by orders" }]),
            concat([local.shop.namespace, "StockLow"], local.of_shop, [{ label = "products that fell to their threshold", color = "#d62728" }]),
          ]
        }),
        merge(local.graph, {
          about = "shop", title = "What the sweeper had to do", unit = "orders and reservations", width = 6, period = 300, stacked = true
          metrics = [
            for outcome in ["started", "undone", "published", "released", "warned"] :
            concat([local.shop.namespace, "Swept"], local.of_shop, ["outcome", outcome, { label = outcome }])
          ]
        }),
        merge(local.graph, {
          about = "queues", title = "Messages that wait", unit = "messages", width = 6, stat = "Maximum"
          lines = [{ label = "alarm", value = var.thresholds.queued_messages }]
          metrics = [
            for key, name in local.all_queues :
            ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name, { label = key }]
          ]
        }),
        merge(local.graph, {
          about = "tables", title = "Refused by DynamoDB", unit = "reads and writes", width = 6
          lines = [{ label = "alarm, per table in 5 min", value = var.thresholds.table_throttles }]
          metrics = [
            for pair in setproduct(["ReadThrottleEvents", "WriteThrottleEvents"], keys(var.tables)) :
            ["AWS/DynamoDB", pair[0], "TableName", var.tables[pair[1]], { label = "${pair[1]}, ${pair[0] == "ReadThrottleEvents" ? "reads" : "writes"}" }]
          ]
        }),
      ]
    },
  ]
}

locals {
  cost_rows = [
    { height = 1, widgets = [{ about = "anything", type = "text", width = 24, markdown = "## What it costs for: what AWS counts, by hour" }] },
    {
      height = 6
      widgets = [
        merge(local.graph, {
          about = "traffic", title = "Requests and checkouts", unit = "an hour", width = 6, period = 3600
          metrics = concat(
            local.watched.api ? [concat(["AWS/ApiGateway", "Count"], local.of_api, [{ label = "requests to the API" }])] : [],
            local.watched.state_machine ? [concat(["AWS/States", "ExecutionsStarted"], local.of_machine, [{ label = "executions" }])] : [],
            [for key, name in var.topics : ["AWS/SNS", "NumberOfMessagesPublished", "TopicName", name, { label = "messages to ${key}" }]],
            [for key, name in local.all_queues : ["AWS/SQS", "NumberOfMessagesSent", "QueueName", name, { label = "messages to ${key}" }]],
          )
        }),
        merge(local.graph, {
          about = "functions", title = "Lambda", unit = "GB-seconds an hour", width = 6, period = 3600, stacked = true
          metrics = concat(
            [
              for number, key in keys(var.functions) :
              [{ expression = "d${number} / 1000 * ${var.functions[key].memory_mb} / 1024", label = key }]
            ],
            [
              for number, key in keys(var.functions) :
              ["AWS/Lambda", "Duration", "FunctionName", var.functions[key].name, { id = "d${number}", visible = false }]
            ],
          )
        }),
        merge(local.graph, {
          about = "tables", title = "DynamoDB", unit = "units an hour", width = 6, period = 3600, stacked = true
          metrics = [
            for pair in setproduct(["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"], keys(var.tables)) :
            ["AWS/DynamoDB", pair[0], "TableName", var.tables[pair[1]], { label = "${pair[1]}, ${pair[0] == "ConsumedReadCapacityUnits" ? "reads" : "writes"}" }]
          ]
        }),
        merge(local.graph, {
          about = "logs", title = "Logs", unit = "bytes an hour", width = 6, period = 3600, stacked = true
          metrics = [
            for group in concat(local.function_log_groups, local.workflow_log_groups, local.access_log_groups) :
            ["AWS/Logs", "IncomingBytes", "LogGroupName", group, { label = group }]
          ]
        }),
      ]
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.prefix
  dashboard_body = jsonencode({ start = "-PT6H", widgets = local.widgets })
}

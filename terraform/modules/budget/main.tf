# A budget watches and tells; it stops nothing.

locals {
  alerts = concat(
    [for percent in var.alert_percents : { percent = percent, kind = "ACTUAL" }],
    [{ percent = 100, kind = "FORECASTED" }],
  )
}

resource "aws_budgets_budget" "this" {
  name         = var.name
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(var.monthly_usd)
  limit_unit   = "USD"

  # Counts only what is tagged, and only from when the tags are active for cost allocation.
  cost_filter {
    name   = "TagKeyValue"
    values = [for key, value in var.tags : format("user:%s$%s", key, value)]
  }

  dynamic "notification" {
    for_each = local.alerts

    content {
      comparison_operator       = "GREATER_THAN"
      threshold                 = notification.value.percent
      threshold_type            = "PERCENTAGE"
      notification_type         = notification.value.kind
      subscriber_sns_topic_arns = [var.topic_arn]
    }
  }
}

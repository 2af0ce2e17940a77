resource "aws_cloudwatch_event_bus" "this" {
  name = var.name
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = var.rules

  name           = "${var.name}-${each.key}"
  description    = each.value.description
  event_bus_name = aws_cloudwatch_event_bus.this.name
  event_pattern  = jsonencode({ detail-type = each.value.detail_types })
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = var.rules

  rule           = aws_cloudwatch_event_rule.this[each.key].name
  event_bus_name = aws_cloudwatch_event_bus.this.name
  target_id      = each.key
  arn            = each.value.target_arn

  dead_letter_config {
    arn = each.value.dead_letter_arn
  }
}

# Schedules exist on the account's default bus only.
resource "aws_cloudwatch_event_rule" "schedule" {
  for_each = var.schedules

  name                = "${var.name}-${each.key}"
  description         = each.value.description
  schedule_expression = each.value.expression
}

resource "aws_cloudwatch_event_target" "schedule" {
  for_each = var.scheduled_functions

  rule      = aws_cloudwatch_event_rule.schedule[each.key].name
  target_id = each.key
  arn       = each.value.alias_arn

  dead_letter_config {
    arn = each.value.dead_letter_arn
  }

  # Unless told, EventBridge tries for a day, beside the calls that come after.
  retry_policy {
    maximum_event_age_in_seconds = each.value.retry_seconds
    maximum_retry_attempts       = 185
  }
}

resource "aws_lambda_permission" "schedule" {
  for_each = var.scheduled_functions

  statement_id  = "AllowSchedule"
  action        = "lambda:InvokeFunction"
  function_name = each.value.name
  qualifier     = each.value.alias
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.schedule[each.key].arn
}

resource "aws_cloudwatch_metric_alarm" "queue_not_empty" {
  for_each = var.queues

  alarm_name          = "${var.prefix}-${each.key}-not-empty"
  alarm_description   = each.value.meaning
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value.queue_name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.queued_messages - 1
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topic_arn]
  ok_actions          = [var.topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "api_errors" {
  alarm_name          = "${var.prefix}-api-errors"
  alarm_description   = "More than ${var.thresholds.api_errors_percent} % of the requests to the API were answered with a 5xx"
  namespace           = "AWS/ApiGateway"
  metric_name         = "5XXError"
  dimensions          = { ApiName = var.api.name, Stage = var.api.stage }
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.api_errors_percent / 100
  period              = 60
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topic_arn]
  ok_actions          = [var.topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "failed_executions" {
  alarm_name          = "${var.prefix}-failed-executions"
  alarm_description   = "Executions of the workflow that ended in no way it knows: ${var.thresholds.failed_executions} or more in five minutes"
  namespace           = "AWS/States"
  metric_name         = "ExecutionsFailed"
  dimensions          = { StateMachineArn = var.state_machine }
  statistic           = "Sum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.thresholds.failed_executions
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topic_arn]
  ok_actions          = [var.topic_arn]
}

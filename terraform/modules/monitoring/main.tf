resource "aws_cloudwatch_metric_alarm" "queue_not_empty" {
  for_each = var.queues

  alarm_name          = "${var.prefix}-${each.key}-not-empty"
  alarm_description   = each.value.meaning
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value.queue_name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topic_arn]
  ok_actions          = [var.topic_arn]
}

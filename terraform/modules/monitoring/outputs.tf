output "alarm_arns" {
  description = "ARN of every alarm."
  value = concat(
    values(aws_cloudwatch_metric_alarm.queue_not_empty)[*].arn,
    [aws_cloudwatch_metric_alarm.api_errors.arn, aws_cloudwatch_metric_alarm.failed_executions.arn],
  )
}

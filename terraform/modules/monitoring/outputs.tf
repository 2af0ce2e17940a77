output "alarm_arns" {
  description = "ARN of every alarm."
  value       = values(aws_cloudwatch_metric_alarm.queue_not_empty)[*].arn
}

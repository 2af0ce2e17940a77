output "alarm_arns" {
  description = "ARN of every alarm, the composite one included."
  value       = concat(values(local.metric_alarms)[*].arn, [aws_cloudwatch_composite_alarm.unhealthy.arn])
}

output "unhealthy_alarm_name" {
  description = "Name of the alarm that rings as long as any other one does."
  value       = aws_cloudwatch_composite_alarm.unhealthy.alarm_name
}

output "dashboard_name" {
  description = "Name of the dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "bus_name" {
  description = "Name of the event bus."
  value       = aws_cloudwatch_event_bus.this.name
}

output "bus_arn" {
  description = "ARN of the event bus."
  value       = aws_cloudwatch_event_bus.this.arn
}

output "rule_arns" {
  description = "ARN of every rule, by its name."
  value       = { for name, rule in aws_cloudwatch_event_rule.this : name => rule.arn }
}

output "schedule_arns" {
  description = "ARN of every schedule, by its name."
  value       = { for name, rule in aws_cloudwatch_event_rule.schedule : name => rule.arn }
}

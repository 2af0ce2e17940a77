output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "alias_name" {
  description = "Name of the alias that callers use."
  value       = aws_lambda_alias.live.name
}

output "alias_arn" {
  description = "ARN of the alias that callers use."
  value       = aws_lambda_alias.live.arn
}

output "alias_invoke_arn" {
  description = "ARN that API Gateway invokes the alias with."
  value       = aws_lambda_alias.live.invoke_arn
}

output "role_name" {
  description = "Name of the function's role."
  value       = module.role.role_name
}

output "log_group_name" {
  description = "Name of the function's log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "versions" {
  description = "Version that is live, and the newest one: when they differ, a canary is running."
  value       = { live = aws_lambda_alias.live.function_version, newest = aws_lambda_function.this.version }
}

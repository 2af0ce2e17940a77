output "api_id" {
  description = "Id of the REST API."
  value       = aws_api_gateway_rest_api.this.id
}

output "stage_name" {
  description = "Name of the stage."
  value       = aws_api_gateway_stage.this.stage_name
}

output "log_group_name" {
  description = "Name of the log group with the access log."
  value       = aws_cloudwatch_log_group.access.name
}

output "invoke_url" {
  description = "Base URL of the stage on AWS."
  value       = aws_api_gateway_stage.this.invoke_url
}

output "stage_arn" {
  description = "ARN of the stage."
  value       = aws_api_gateway_stage.this.arn
}

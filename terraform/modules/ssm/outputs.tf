output "path" {
  description = "What every name starts with."
  value       = var.path
}

output "parameter_arns" {
  description = "ARN of every setting by its name below the path."
  value       = { for name, parameter in aws_ssm_parameter.this : name => parameter.arn }
}

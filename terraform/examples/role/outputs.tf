output "role_arn" {
  description = "ARN of the role."
  value       = module.role.role_arn
}

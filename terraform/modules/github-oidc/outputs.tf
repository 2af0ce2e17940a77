output "provider_arn" {
  description = "ARN of the account's identity provider for GitHub."
  value       = local.provider_arn
}

output "plan_role_arn" {
  description = "ARN of the role that plans every environment and changes nothing."
  value       = aws_iam_role.plan.arn
}

output "deploy_role_arns" {
  description = "By environment, ARN of the role that deploys it."
  value       = { for name, role in aws_iam_role.deploy : name => role.arn }
}

output "boundary_names" {
  description = "By environment, name of the policy that every role needs as its permissions boundary which its pipeline makes."
  value       = { for name, policy in aws_iam_policy.boundary : name => policy.name }
}

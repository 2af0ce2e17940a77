output "deploy_role_arns" {
  description = "By environment, ARN of the role that deploys it."
  value       = module.github.deploy_role_arns
}

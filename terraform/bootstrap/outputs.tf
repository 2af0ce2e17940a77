output "bucket" {
  description = "Name of the bucket."
  value       = aws_s3_bucket.state.id
}

output "lock_table" {
  description = "Name of the lock table."
  value       = aws_dynamodb_table.lock.name
}

output "pipeline_roles" {
  description = "ARNs of the roles for the pipelines: of the one that plans, and by environment of those that deploy; null without a repository."
  value = var.github_repository == null ? null : {
    plan   = module.github[0].plan_role_arn
    deploy = module.github[0].deploy_role_arns
  }
}

output "permissions_boundaries" {
  description = "By environment, name of the policy that its pipeline puts on every role it makes; null without a repository."
  value       = var.github_repository == null ? null : module.github[0].boundary_names
}

output "backups_bucket" {
  description = "Name of the bucket for backups; null if there is none."
  value       = var.backups ? aws_s3_bucket.backups[local.backups_bucket].bucket : null
}

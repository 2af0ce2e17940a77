output "vault_arn" {
  description = "ARN of the vault."
  value       = aws_backup_vault.this.arn
}

output "plan_id" {
  description = "Id of the plan."
  value       = aws_backup_plan.this.id
}

output "role_arn" {
  description = "ARN of the role that backups are made and brought back with."
  value       = aws_iam_role.this.arn
}

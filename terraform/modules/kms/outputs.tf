output "key_arn" {
  description = "ARN of the key."
  value       = aws_kms_key.this.arn
}

output "alias_name" {
  description = "Name of the key, such as alias/checkout-prod."
  value       = aws_kms_alias.this.name
}

output "table_name" {
  description = "Name of the table."
  value       = module.loans.table_name
}

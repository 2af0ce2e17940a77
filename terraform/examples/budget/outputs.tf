output "budget_name" {
  description = "Name of the budget."
  value       = module.budget.budget_name
}

output "api_id" {
  description = "Id of the REST API."
  value       = module.checkout.api_id
}

output "api_stage" {
  description = "Stage of the REST API."
  value       = module.checkout.api_stage
}

output "api_url" {
  description = "Base URL of the API."
  value       = module.checkout.api_url
}

output "state_machine_arn" {
  description = "ARN of the workflow."
  value       = module.checkout.state_machine_arn
}

output "event_bus_name" {
  description = "Name of the event bus."
  value       = module.checkout.event_bus_name
}

output "table_names" {
  description = "Name of every table by its short name."
  value       = module.checkout.table_names
}

output "function_names" {
  description = "Name of every function by its short name."
  value       = module.checkout.function_names
}

output "settings_path" {
  description = "What the name of every setting starts with."
  value       = module.checkout.settings_path
}

output "function_versions" {
  description = "By short name of a function, the version that is live and the newest one: when they differ, a canary is running."
  value       = module.checkout.function_versions
}

output "encryption_key_alias" {
  description = "Name of the environment's own KMS key; null when AWS's keys are used."
  value       = module.checkout.encryption_key_alias
}

output "storefront_url" {
  description = "Address of the shop's page; null without one."
  value       = module.checkout.storefront_url
}

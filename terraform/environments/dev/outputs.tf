output "api_id" {
  description = "Id of the REST API."
  value       = module.checkout.api_id
}

output "api_stage" {
  description = "Stage of the REST API."
  value       = module.checkout.api_stage
}

output "api_url" {
  description = "Base URL of the API on AWS (`lab url` prints the emulator's)."
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

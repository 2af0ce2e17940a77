output "api_id" {
  description = "Id of the REST API."
  value       = module.api.api_id
}

output "api_stage" {
  description = "Stage of the REST API."
  value       = module.api.stage_name
}

output "api_url" {
  description = "Base URL of the API."
  value       = module.api.invoke_url
}

output "state_machine_arn" {
  description = "ARN of the workflow."
  value       = module.workflow.state_machine_arn
}

output "event_bus_name" {
  description = "Name of the event bus."
  value       = module.event_bus.bus_name
}

output "table_names" {
  description = "Name of every table by its short name."
  value       = { for name, table in module.table : name => table.table_name }
}

output "function_names" {
  description = "Name of every function by its short name."
  value       = { for name, function in module.function : name => function.function_name }
}

output "settings_path" {
  description = "What the name of every setting starts with."
  value       = module.settings.path
}

output "function_versions" {
  description = "By short name of a function, the version that is live and the newest one: when they differ, a canary is running."
  value       = { for name, function in module.function : name => function.versions }
}

output "encryption_key_alias" {
  description = "Name of the environment's own KMS key; null when AWS's keys are used."
  value       = var.own_encryption_key ? module.key[0].alias_name : null
}

output "storefront_url" {
  description = "Address of the shop's page; null without one."
  value       = local.has_page ? module.storefront[0].url : null
}

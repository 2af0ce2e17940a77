output "path" {
  description = "What every name starts with."
  value       = module.settings.path
}

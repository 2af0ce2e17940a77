output "url" {
  description = "Base URL of the API."
  value       = module.api.invoke_url
}

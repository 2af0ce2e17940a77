output "bus_name" {
  description = "Name of the event bus."
  value       = module.bus.bus_name
}

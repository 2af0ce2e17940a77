output "queue_url" {
  description = "URL of the queue that takes work."
  value       = module.work.queue_url
}

output "failed_queue_url" {
  description = "URL of the queue with messages that failed three times."
  value       = module.failed.queue_url
}

output "unhealthy_alarm_name" {
  description = "Name of the alarm that rings as long as any other one does."
  value       = module.monitoring.unhealthy_alarm_name
}

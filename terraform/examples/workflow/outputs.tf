output "state_machine_arn" {
  description = "ARN of the workflow."
  value       = module.workflow.state_machine_arn
}

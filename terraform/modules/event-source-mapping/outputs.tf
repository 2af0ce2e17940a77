output "mapping_id" {
  description = "Id of the mapping, by which it can be paused: aws lambda update-event-source-mapping --no-enabled --uuid ID."
  value       = aws_lambda_event_source_mapping.this.uuid
}

output "bucket_name" {
  description = "Name of the bucket with the files."
  value       = aws_s3_bucket.files.bucket
}

output "distribution_id" {
  description = "Id of the distribution; null without one."
  value       = var.distribution ? aws_cloudfront_distribution.this[0].id : null
}

output "url" {
  description = "Address of the page; null without a distribution."
  value       = !var.distribution ? null : "https://${var.domain == null ? aws_cloudfront_distribution.this[0].domain_name : var.domain.name}/"
}

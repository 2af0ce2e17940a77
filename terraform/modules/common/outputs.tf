output "prefix" {
  description = "What every name except a table's starts with, such as checkout-dev."
  value       = local.prefix
}

output "account_id" {
  description = "Number of the account that everything is created in."
  value       = local.account_id
}

output "region" {
  description = "Region that everything is created in."
  value       = local.region
}

output "partition" {
  description = "Partition of the account: aws, aws-us-gov or aws-cn."
  value       = local.partition
}

output "arn_prefix" {
  description = "By service, the part of an ARN that comes before the resource's own name."
  value = merge(
    {
      for service in ["sns", "sqs", "states"] :
      service => "arn:${local.partition}:${service}:${local.region}:${local.account_id}"
    },
    # Of the whole account, so without a region.
    { budgets = "arn:${local.partition}:budgets::${local.account_id}" },
  )
}

output "account" {
  description = "Partition, region and number of the account, as the other modules take them."
  value       = { partition = local.partition, region = local.region, id = local.account_id }
}

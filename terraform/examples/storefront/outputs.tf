output "url" {
  description = "Address of the page."
  value       = module.storefront.url
}

output "bucket_name" {
  description = "Name of the bucket that the page's files go to."
  value       = module.storefront.bucket_name
}

output "client_id" {
  description = "Id of the page as a client of the sign-in."
  value       = module.sign_in.client_id
}

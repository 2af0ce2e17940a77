output "issuer" {
  description = "Who has issued the tokens: what their iss says."
  value       = local.issuer
}

output "keys_url" {
  description = "URL of the public keys."
  value       = "${local.issuer}/.well-known/jwks.json"
}

output "client_id" {
  description = "Id of the shop's page as a client: what client_id of its access tokens says."
  value       = aws_cognito_user_pool_client.this.id
}

output "origin" {
  description = "Origin of the hosted page; its paths are /oauth2/authorize, /oauth2/token and /logout."
  value       = local.origin
}

output "user_pool_id" {
  description = "Id of the user pool."
  value       = aws_cognito_user_pool.this.id
}

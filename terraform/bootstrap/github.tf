# Roles for the pipelines of .github/workflows, where there is a repository on GitHub.

locals {
  # What modules/checkout makes: a test compares them.
  tables = ["idempotency", "inventory", "orders", "payments", "products", "promotions", "reservations"]
  settings = [
    "auth/audience",
    "auth/audience-claim",
    "auth/issuer",
    "auth/key-set-url",
    "payment/gateway-timeout-ms",
    "pricing/currency",
    "pricing/home-country",
    "pricing/shipping",
    "pricing/tax",
    "reservation/hold-seconds",
    "storefront/sign-in",
  ]
}

module "github" {
  source = "../modules/github-oidc"
  count  = var.github_repository == null ? 0 : 1

  name         = local.shop.name
  table_prefix = local.shop.table_prefix
  repository   = var.github_repository
  environments = var.environments
  tables       = local.tables
  settings     = local.settings
  provider_arn = var.github_provider_arn
  state = {
    bucket_arn = aws_s3_bucket.state.arn
    table_arn  = aws_dynamodb_table.lock.arn
  }
}

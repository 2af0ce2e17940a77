# Roles for the pipelines of .github/workflows, where there is a repository on GitHub.
module "github" {
  source = "../modules/github-oidc"
  count  = var.github_repository == null ? 0 : 1

  name         = local.shop.name
  table_prefix = local.shop.table_prefix
  repository   = var.github_repository
  environments = var.environments
  provider_arn = var.github_provider_arn
  state = {
    bucket_arn = aws_s3_bucket.state.arn
    table_arn  = aws_dynamodb_table.lock.arn
  }
}

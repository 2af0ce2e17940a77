# Roles for the pipelines of a repository on GitHub, without a key of AWS in it. What they may touch
# begins with the shop's name; what is not named as modules/checkout does, deploy.tf must allow.

module "github" {
  source = "../../modules/github-oidc"

  name         = "bookshop"
  repository   = "someone/shop"
  environments = ["dev", "prod"]
  tables       = ["books", "orders"]
  settings     = ["pricing/currency"]

  state = {
    bucket_arn = "arn:aws:s3:::bookshop-terraform-state-someone"
    table_arn  = "arn:aws:dynamodb:us-east-2:123456789012:table/terraform-state-lock"
  }
}

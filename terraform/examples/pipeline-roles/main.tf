# Roles for the pipelines of a repository on GitHub, without a key of AWS in it. What the roles may
# touch is what modules/checkout names; change permissions.tf of the module for names of your own.

module "github" {
  source = "../../modules/github-oidc"

  repository   = "someone/shop"
  environments = ["dev", "prod"]

  state = {
    bucket_arn = "arn:aws:s3:::ecommerce-checkout-terraform-state-someone"
    table_arn  = "arn:aws:dynamodb:us-east-2:123456789012:table/terraform-state-lock"
  }
}

# A page for everybody in front of an API, whose customers sign in with Cognito.

module "common" {
  source = "../../modules/common"

  name        = "greetings"
  environment = "dev"
}

module "storefront" {
  source = "../../modules/storefront"

  name               = module.common.prefix
  account            = module.common.account
  api                = var.api
  sign_in_origin     = module.sign_in.origin
  log_retention_days = 365
}

module "sign_in" {
  source = "../../modules/cognito"

  name          = module.common.prefix
  domain_prefix = "${module.common.prefix}-${module.common.account_id}"
  page_urls     = [module.storefront.url]
}

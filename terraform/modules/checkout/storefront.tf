# The shop's page, and where its customers sign in.

module "storefront" {
  source = "../storefront"
  count  = var.storefront == null ? 0 : 1

  name               = local.prefix
  account            = { id = local.account.id }
  distribution       = var.storefront_distribution
  price_class        = var.storefront.price_class
  domain             = var.storefront.domain
  web_acl_arn        = var.storefront.web_acl_arn
  sign_in_origin     = local.sign_in_origin
  log_retention_days = var.log_retention_days

  api = {
    domain_name = "${module.api.api_id}.execute-api.${local.account.region}.amazonaws.com"
    stage       = module.api.stage_name
  }
}

module "sign_in" {
  source = "../cognito"
  count  = var.sign_in == null ? 0 : 1

  name                = local.prefix
  domain_prefix       = "${local.prefix}-${local.account.id}"
  page_urls           = setunion(var.sign_in.page_urls, local.has_page ? [module.storefront[0].url] : [])
  sign_up             = var.sign_in.sign_up
  mfa                 = var.sign_in.mfa
  token_minutes       = var.sign_in.token_minutes
  test_customers      = var.sign_in.test_customers
  deletion_protection = var.deletion_protection
}

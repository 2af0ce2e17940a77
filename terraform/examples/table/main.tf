# A table with a key of its own, a copy every night, and a record of who read or changed it.

module "common" {
  source = "../../modules/common"

  name        = "library"
  environment = "dev"
}

module "key" {
  source = "../../modules/kms"

  name        = module.common.prefix
  description = "Everything that ${module.common.prefix} stores"
  account     = module.common.account
}

module "loans" {
  source = "../../modules/dynamodb"

  name                = "${module.common.prefix}-loans"
  hash_key            = "book"
  range_key           = "lentAt"
  attributes          = { book = "S", lentAt = "S", reader = "S" }
  indexes             = { by-reader = { hash_key = "reader", range_key = "lentAt" } }
  deletion_protection = true
  kms_key_arn         = module.key.key_arn
}

module "backup" {
  source = "../../modules/backup"

  name           = module.common.prefix
  account        = module.common.account
  resource_arns  = [module.loans.table_arn]
  retention_days = 365
  kms_key_arn    = module.key.key_arn
}

module "trail" {
  source = "../../modules/audit-trail"

  name           = module.common.prefix
  account        = module.common.account
  table_arns     = [module.loans.table_arn]
  retention_days = 365
  kms_key_arn    = module.key.key_arn
}

# A budget for what carries a tag, and a topic that hears when it is spent.

module "common" {
  source = "../../modules/common"

  name        = "library"
  environment = "dev"
}

module "budget" {
  source = "../../modules/budget"

  name        = module.common.prefix
  monthly_usd = 50
  tags        = { Project = "library" }
  topic_arn   = module.topic.topic_arn
}

# AWS Budgets cannot use SNS's own key.
module "key" {
  source = "../../modules/kms"

  name        = "${module.common.prefix}-costs"
  description = "What goes through the topic of ${module.common.prefix}"
  account     = module.common.account
}

module "topic" {
  source = "../../modules/sns"

  name           = "${module.common.prefix}-costs"
  kms_key_arn    = module.key.key_arn
  publishers     = { budgets = ["${module.common.arn_prefix.budgets}:*"] }
  mail_addresses = ["library@example.com"]
}

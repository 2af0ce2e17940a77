# The role of an EventBridge schedule that puts messages into one queue.

module "common" {
  source = "../../modules/common"

  name        = "library"
  environment = "dev"
}

module "role" {
  source = "../../modules/execution-role"

  name        = "${module.common.prefix}-reminder"
  description = "Puts reminders into the queue, once a day"
  service     = "scheduler"
  account_id  = module.common.account_id

  permissions = [
    {
      sid       = "Remind"
      actions   = ["sqs:SendMessage"]
      resources = ["${module.common.arn_prefix.sqs}:${module.common.prefix}-reminders"]
    },
  ]
}

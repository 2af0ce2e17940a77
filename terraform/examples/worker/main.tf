# A function behind a queue: a message that fails three times waits in a second queue, and then and
# when the function has trouble an alarm goes to a topic.

locals {
  timeout_seconds = 30
  memory_mb       = 256
}

module "common" {
  source = "../../modules/common"

  name        = var.name
  environment = var.environment
}

module "package" {
  source = "../../modules/package"

  bucket_name = "${module.common.prefix}-code-${module.common.account_id}"
  package     = var.package
}

module "worker" {
  source = "../../modules/lambda"

  name               = "${module.common.prefix}-worker"
  description        = "Does what the messages in the queue ask for"
  account_id         = module.common.account_id
  package            = module.package.package
  handler            = "worker.handle"
  memory_mb          = local.memory_mb
  timeout_seconds    = local.timeout_seconds
  log_retention_days = 365

  permissions = [
    {
      sid       = "ReceiveWork"
      actions   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
      resources = [module.work.queue_arn]
    },
  ]
}

module "work" {
  source = "../../modules/sqs"

  name                       = "${module.common.prefix}-work"
  arn_prefix                 = module.common.arn_prefix.sqs
  visibility_timeout_seconds = 6 * local.timeout_seconds

  dead_letter = {
    queue_arn         = module.failed.queue_arn
    max_receive_count = 3
  }
}

module "failed" {
  source = "../../modules/sqs"

  name       = "${module.common.prefix}-failed"
  arn_prefix = module.common.arn_prefix.sqs
}

module "source" {
  source = "../../modules/event-source-mapping"

  queue_arn           = module.work.queue_arn
  function_arn        = module.worker.alias_arn
  maximum_concurrency = 5
}

# CloudWatch cannot use SNS's own key.
module "key" {
  source = "../../modules/kms"

  name        = "${module.common.prefix}-alarms"
  description = "What goes through the alarms' topic of ${module.common.prefix}"
  account     = module.common.account
}

module "alarms" {
  source = "../../modules/sns"

  name           = "${module.common.prefix}-alarms"
  kms_key_arn    = module.key.key_arn
  publishers     = { cloudwatch = module.monitoring.alarm_arns }
  mail_addresses = var.alarm_receivers
}

module "monitoring" {
  source = "../../modules/monitoring"

  prefix    = module.common.prefix
  region    = module.common.region
  topic_arn = module.alarms.topic_arn
  runbook   = var.runbook

  functions = {
    worker = {
      name            = module.worker.function_name
      timeout_seconds = local.timeout_seconds
      memory_mb       = local.memory_mb
    }
  }

  queues        = { failed = { queue_name = module.failed.queue_name, meaning = "A message failed three times" } }
  passed_queues = { work = module.work.queue_name }
}

# Events of a bus go over a topic into a queue; what cannot be delivered waits in a second queue.

module "common" {
  source = "../../modules/common"

  name        = "parcels"
  environment = "dev"
}

# The bus names the queue, and the queue's policy the rules of the bus: one of the two has to come
# from the name.
locals {
  undelivered_arn = "${module.common.arn_prefix.sqs}:${module.common.prefix}-undelivered"
}

module "bus" {
  source = "../../modules/eventbridge"

  name = module.common.prefix

  rules = {
    delivered = {
      description     = "A parcel arrived"
      detail_types    = ["ParcelDelivered"]
      target_arn      = module.topic.topic_arn
      dead_letter_arn = local.undelivered_arn
    }
  }
}

# EventBridge cannot use SNS's own key.
module "key" {
  source = "../../modules/kms"

  name        = module.common.prefix
  description = "What goes through the topic of ${module.common.prefix}"
  account     = module.common.account
}

module "topic" {
  source = "../../modules/sns"

  name        = "${module.common.prefix}-delivered"
  kms_key_arn = module.key.key_arn
  publishers  = { events = [module.bus.rule_arns["delivered"]] }

  queues = {
    receipts = {
      queue_arn       = module.receipts.queue_arn
      dead_letter_arn = module.undelivered.queue_arn
    }
  }
}

module "receipts" {
  source = "../../modules/sqs"

  name       = "${module.common.prefix}-receipts"
  arn_prefix = module.common.arn_prefix.sqs
  senders    = { sns = [module.topic.topic_arn] }
}

module "undelivered" {
  source = "../../modules/sqs"

  name       = "${module.common.prefix}-undelivered"
  arn_prefix = module.common.arn_prefix.sqs

  senders = {
    sns    = [module.topic.topic_arn]
    events = values(module.bus.rule_arns)
  }
}

module "event_bus" {
  source = "../eventbridge"

  name = local.prefix

  rules = {
    order-events = {
      description     = "An order ended: tell the customer"
      detail_types    = ["OrderConfirmed", "OrderRejected", "OrderFailed"]
      target_arn      = module.order_events.topic_arn
      dead_letter_arn = local.queue_arns["undelivered"]
    }
    operations = {
      description     = "Something that people who run the shop should look at"
      detail_types    = ["StockLow", "CompensationFailed", "PaymentRefunded"]
      target_arn      = module.operations.topic_arn
      dead_letter_arn = local.queue_arns["undelivered"]
    }
  }

  schedules = {
    sweep = {
      description = "Finish what was left unfinished"
      expression  = "rate(1 minute)"
    }
  }

  scheduled_functions = {
    sweep = {
      name            = module.function["sweeper"].function_name
      alias           = module.function["sweeper"].alias_name
      alias_arn       = module.function["sweeper"].alias_arn
      dead_letter_arn = local.queue_arns["undelivered"]
    }
  }
}

module "order_events" {
  source = "../sns"

  name        = "${local.prefix}-orders"
  kms_key_arn = local.topic_key_arn
  publishers  = { events = [module.event_bus.rule_arns["order-events"]] }

  queues = {
    notifications = {
      queue_arn       = module.notifications_queue.queue_arn
      dead_letter_arn = module.undelivered_queue.queue_arn
    }
  }
}

module "operations" {
  source = "../sns"

  name           = "${local.prefix}-operations"
  kms_key_arn    = local.topic_key_arn
  mail_addresses = var.alarm_receivers

  publishers = merge(
    {
      events     = [module.event_bus.rule_arns["operations"]]
      cloudwatch = module.monitoring.alarm_arns
    },
    var.budget == null ? {} : { budgets = ["${module.common.arn_prefix.budgets}:*"] },
  )
}

data "aws_default_tags" "this" {}

module "budget" {
  source = "../budget"
  count  = var.budget == null ? 0 : 1

  name           = local.prefix
  monthly_usd    = var.budget.monthly_usd
  alert_percents = var.budget.alert_percents
  topic_arn      = module.operations.topic_arn

  # One tag: AWS says nowhere whether several would all have to match.
  tags = { for key, value in data.aws_default_tags.this.tags : key => value if key == "Stack" }
}

module "notifications_queue" {
  source = "../sqs"

  name        = "${local.prefix}-notifications"
  arn_prefix  = module.common.arn_prefix.sqs
  kms_key_arn = local.key_arn
  # As AWS asks for, and longer than the claim on a mail (30 s, notify_customer.py), so that a
  # repetition may send: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  visibility_timeout_seconds = 6 * local.notifier_timeout
  senders                    = { sns = [local.topic_arns["orders"]] }

  dead_letter = {
    queue_arn         = module.notifications_dead_letter_queue.queue_arn
    max_receive_count = 5
  }
}

module "notifications_dead_letter_queue" {
  source = "../sqs"

  name        = "${local.prefix}-notifications-dlq"
  arn_prefix  = module.common.arn_prefix.sqs
  kms_key_arn = local.key_arn
}

module "compensation_queue" {
  source = "../sqs"

  name        = "${local.prefix}-compensation"
  arn_prefix  = module.common.arn_prefix.sqs
  kms_key_arn = local.key_arn
}

module "undelivered_queue" {
  source = "../sqs"

  name        = "${local.prefix}-undelivered"
  arn_prefix  = module.common.arn_prefix.sqs
  kms_key_arn = local.key_arn
  senders = {
    sns    = [local.topic_arns["orders"]]
    events = concat(values(module.event_bus.rule_arns), values(module.event_bus.schedule_arns))
  }
}

module "notifications" {
  source = "../event-source-mapping"

  queue_arn    = module.notifications_queue.queue_arn
  function_arn = module.function["notifier"].alias_arn

  # Lambda polls on without asking how many may run: a call that is throttled counts as a try, and
  # after five the message is given up. AWS takes no less than 2.
  maximum_concurrency = contains(keys(var.reserved_concurrency), "notifier") ? max(2, var.reserved_concurrency["notifier"]) : null
}

moved {
  from = aws_lambda_event_source_mapping.notifier
  to   = module.notifications.aws_lambda_event_source_mapping.this
}

resource "aws_ses_email_identity" "sender" {
  email = var.mail_sender
}

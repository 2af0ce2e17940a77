module "monitoring" {
  source = "../monitoring"

  prefix     = local.prefix
  region     = module.common.region
  topic_arn  = module.operations.topic_arn
  thresholds = var.alarm_thresholds
  runbook    = var.runbook

  saved_queries = var.saved_queries

  api           = { name = local.prefix, stage = var.environment, log_group_name = module.api.log_group_name }
  state_machine = { arn = local.state_machine_arn, log_group_name = module.workflow.log_group_name }
  tables        = { for name, table in module.table : name => table.table_name }
  indexes       = { for name, table in local.tables : name => keys(lookup(table, "indexes", {})) }
  passed_queues = { notifications = module.notifications_queue.queue_name }
  topics        = { orders = module.order_events.topic_name, operations = module.operations.topic_name }

  shop = {
    namespace   = var.metric_namespace
    environment = var.environment
    currency    = var.pricing.currency

    steps = [
      "ValidateCart", "ReserveStock", "ProcessPayment", "GenerateOrder", "PublishOrderConfirmed", "RefundPayment",
      "ReleaseStock", "RejectOrder", "PublishOrderRejected", "FailOrder", "PublishOrderFailed",
    ]
  }

  functions = {
    for key, function in local.functions : key => {
      name            = module.function[key].function_name
      timeout_seconds = function.timeout
      memory_mb       = lookup(var.memory_mb, key, local.default_memory_mb)
      rejects_in      = lookup(local.rejecting_steps, key, null)
    }
  }

  queues = {
    compensation = {
      queue_name = module.compensation_queue.queue_name
      meaning    = "An order could not be undone for certain: lab redrive looks whether money or stock hangs, and gives it back"
    }
    notifications-dlq = {
      queue_name = module.notifications_dead_letter_queue.queue_name
      meaning    = "A customer did not get the mail about the end of the order"
    }
    undelivered = {
      queue_name = module.undelivered_queue.queue_name
      meaning    = "An event or a scheduled call did not reach its target"
    }
  }
}

locals {
  # Where an order may be rejected for a reason of the customer's or the shop's.
  rejecting_steps = {
    cart-validator    = "ValidateCart"
    stock-checker     = "ReserveStock"
    payment-processor = "ProcessPayment"
  }
}

locals {
  # What is not given is not watched; these stand in for it, so that the rest need not ask.
  shop          = var.shop != null ? var.shop : { environment = "", currency = "", steps = [], namespace = "" }
  api           = var.api != null ? var.api : { name = "", stage = "", log_group_name = "" }
  state_machine = var.state_machine != null ? var.state_machine : { arn = "", log_group_name = "" }

  watched = {
    anything      = true
    shop          = var.shop != null
    api           = var.api != null
    state_machine = var.state_machine != null
    functions     = length(var.functions) > 0
    tables        = length(var.tables) > 0
    queues        = length(local.all_queues) > 0
    customers     = var.api != null || var.state_machine != null
    storage       = var.shop != null || length(local.all_queues) > 0 || length(var.tables) > 0
    traffic       = var.api != null || var.state_machine != null || length(local.all_queues) > 0 || length(var.topics) > 0
    logs          = var.api != null || var.state_machine != null || length(var.functions) > 0
  }

  all_queues = merge({ for key, queue in var.queues : key => queue.queue_name }, var.passed_queues)

  own_dimensions = { environment = local.shop.environment }

  function_log_groups = [for function in values(var.functions) : "/aws/lambda/${function.name}"]
  workflow_log_groups = var.state_machine != null ? [var.state_machine.log_group_name] : []
  access_log_groups   = var.api != null ? [var.api.log_group_name] : []
}

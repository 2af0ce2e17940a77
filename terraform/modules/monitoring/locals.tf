locals {
  # The checkout's own metrics: functions/checkout/metrics.py lists them.
  own_namespace = "CheckoutLab"
  own           = { environment = var.environment }

  function_log_groups = [for function in values(var.functions) : "/aws/lambda/${function.name}"]
  workflow_log_groups = [var.state_machine.log_group_name]
  access_log_groups   = [var.api.log_group_name]
}

# The whole checkout. Each file wires one part of it:
#   main.tf         keys, settings, the state machine, the API
#   storefront.tf   the page, and where customers sign in
#   locals.tf       names, and the ARNs that are made of them
#   tables.tf       what is stored
#   functions.tf    what runs
#   permissions.tf  what each function and the workflow may do
#   messaging.tf    what is told to whom, and what happens when that fails
#   monitoring.tf   what is watched, and what is an alarm

# No error: everything else of a shop can be built, looked at and stocked before it takes money.
check "payment_gateway" {
  assert {
    condition     = var.payment_gateway != null
    error_message = "No payment gateway is chosen, so ${var.environment} will take no orders: POST /checkout answers 503 NO_PAYMENT_GATEWAY. Set payment_gateway in terraform.tfvars to a gateway in functions/checkout/gateways.py; \"simulated\" takes no real money and confirms orders all the same. See docs/environments.md."
  }
}

module "common" {
  source = "../common"

  name        = var.name
  environment = var.environment
}

module "key" {
  source = "../kms"
  count  = var.own_encryption_key ? 1 : 0

  name        = local.prefix
  description = "Everything that ${local.prefix} stores"
  account     = local.account

  deletion_window_days = var.key_deletion_days
}

# Neither EventBridge nor CloudWatch can use SNS's own key, so topics get one in any case.
module "topic_key" {
  source = "../kms"
  count  = var.own_encryption_key ? 0 : 1

  name        = "${local.prefix}-topics"
  description = "What goes through the topics of ${local.prefix}"
  account     = local.account

  deletion_window_days = var.key_deletion_days
}

module "settings" {
  source = "../ssm"

  path        = local.settings_path
  kms_key_arn = local.key_arn
  settings = merge(local.token_settings, {
    "pricing/currency"     = var.pricing.currency
    "pricing/home-country" = var.pricing.home_country
    "pricing/shipping" = jsonencode({
      for country, rate in var.pricing.shipping :
      country => { flat = rate.flat, freeFrom = rate.free_from }
    })
    "pricing/tax"                = jsonencode(var.pricing.tax)
    "reservation/hold-seconds"   = var.reservation_hold_seconds
    "payment/gateway-timeout-ms" = var.gateway_timeout_ms
  })
}

module "workflow" {
  source = "../step-functions"

  name               = local.prefix
  account            = local.account
  permissions        = local.workflow_permissions
  log_retention_days = var.log_retention_days
  kms_key_arn        = local.key_arn
  tracing            = var.tracing

  permissions_boundary_arn = local.permissions_boundary_arn

  definition = templatefile("${path.module}/workflow.asl.json", {
    partition              = module.common.partition
    cart_validator_arn     = module.function["cart-validator"].alias_arn
    stock_checker_arn      = module.function["stock-checker"].alias_arn
    payment_processor_arn  = module.function["payment-processor"].alias_arn
    order_generator_arn    = module.function["order-generator"].alias_arn
    compensation_queue_url = module.compensation_queue.queue_url
    event_bus_name         = module.event_bus.bus_name
  })
}

module "api" {
  source = "../api-gateway"

  name        = local.prefix
  description = "Products, quotes, checkout and orders"
  definition  = var.api_definition
  stage       = var.environment
  throttling  = var.api_throttling
  tracing     = var.tracing

  # As long as the function that answers may take.
  timeout_ms = 1000 * local.functions["checkout-api"].timeout

  log_retention_days = var.log_retention_days
  kms_key_arn        = local.key_arn

  api_key_required = var.api_key_required
  open_paths       = ["/health"]

  # What is in the catalogue is the same for everybody; prices and stock are checked again when an
  # order is placed.
  cache = var.api_cache == null ? null : {
    size_gb     = var.api_cache.size_gb
    ttl_seconds = var.api_cache.ttl_seconds
    paths       = ["/products", "/products/{sku}"]
  }

  function = {
    name       = module.function["checkout-api"].function_name
    alias      = module.function["checkout-api"].alias_name
    invoke_arn = module.function["checkout-api"].alias_invoke_arn
  }
}

module "firewall" {
  source = "../web-firewall"
  count  = var.firewall == null ? 0 : 1

  name                 = local.prefix
  stage_arn            = module.api.stage_arn
  requests_per_address = var.firewall.requests_per_address
  behind_proxy         = local.has_page
  log_retention_days   = var.log_retention_days
  kms_key_arn          = local.key_arn
}

# Of what is about people and money.
module "audit_trail" {
  source = "../audit-trail"
  count  = var.audit_trail_days > 0 ? 1 : 0

  name                = local.prefix
  account             = local.account
  table_arns          = [module.table["orders"].table_arn, module.table["payments"].table_arn]
  retention_days      = var.audit_trail_days
  kms_key_arn         = local.key_arn
  deletion_protection = var.deletion_protection
}

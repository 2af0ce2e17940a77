locals {
  functions = {
    cart-validator = {
      description = "Checks and prices the cart of an order"
      timeout     = 10
    }
    stock-checker = {
      description = "Reserves stock and promotions for an order, and gives them back"
      timeout     = 10
    }
    payment-processor = {
      description = "Charges an order, and gives the money back"
      timeout     = 10
    }
    order-generator = {
      description = "Takes an order to its end status and tells the event bus"
      timeout     = 10
    }
    checkout-api = {
      description = "Answers every request of the HTTP API"
      timeout     = 15
    }
    notifier = {
      description = "Mails the customer how the order ended"
      timeout     = local.notifier_timeout
    }
    sweeper = {
      description = "Finishes what was left unfinished: expired reservations, stuck orders"
      timeout     = 60
      # It comes again in a minute.
      event_retries = 0
    }
  }

  # The layer's script starts Python with OpenTelemetry's instrumentation; the functions' code knows
  # nothing of it. Spans go to X-Ray's daemon, which Lambda runs where tracing is on. Application
  # Signals would ask for more permissions and cost extra, and the script takes AWS's distro only
  # with it unless it is named.
  opentelemetry = {
    AWS_LAMBDA_EXEC_WRAPPER              = "/opt/otel-instrument"
    OTEL_PYTHON_DISTRO                   = "aws_distro"
    OTEL_PYTHON_CONFIGURATOR             = "aws_configurator"
    OTEL_AWS_APPLICATION_SIGNALS_ENABLED = "false"
  }

  environment_variables = merge(
    { for name in keys(local.tables) : "${upper(name)}_TABLE" => module.table[name].table_name },
    {
      ENVIRONMENT                  = var.environment
      EVENT_BUS                    = module.event_bus.bus_name
      STATE_MACHINE_ARN            = local.state_machine_arn
      SETTINGS_PATH                = local.settings_path
      MAIL_SENDER                  = var.mail_sender
      FAILURE_SWITCHES             = tostring(var.failure_switches_enabled)
      LOG_LEVEL                    = var.log_level
      POWERTOOLS_METRICS_NAMESPACE = var.metric_namespace
    },
    var.payment_gateway == null ? {} : { PAYMENT_GATEWAY = var.payment_gateway },
    var.opentelemetry_layer_arn == null ? {} : local.opentelemetry,
  )
}

module "package" {
  source = "../package"

  bucket_name = "${local.prefix}-code-${module.common.account_id}"
  package     = var.functions_package
  kms_key_arn = local.key_arn
}

# A canary runs beside a version that is live, so a function's first version cannot be one.
data "aws_lambda_functions" "deployed" {
  count = var.canary_weight > 0 ? 1 : 0
}

locals {
  deployed = var.canary_weight > 0 ? data.aws_lambda_functions.deployed[0].function_names : []
}

module "function" {
  source   = "../lambda"
  for_each = local.functions

  name                 = "${local.prefix}-${each.key}"
  description          = each.value.description
  account_id           = module.common.account_id
  package              = module.package.package
  handler              = "${replace(each.key, "-", "_")}.handler.handle"
  architecture         = var.architecture
  memory_mb            = lookup(var.memory_mb, each.key, local.default_memory_mb)
  timeout_seconds      = each.value.timeout
  reserved_concurrency = lookup(var.reserved_concurrency, each.key, null)
  canary_weight        = contains(local.deployed, "${local.prefix}-${each.key}") ? var.canary_weight : 0
  environment          = merge(local.environment_variables, { POWERTOOLS_SERVICE_NAME = each.key })
  permissions          = local.permissions[each.key]
  log_retention_days   = var.log_retention_days
  kms_key_arn          = local.key_arn
  tracing              = var.tracing
  layer_arns           = var.opentelemetry_layer_arn == null ? [] : [var.opentelemetry_layer_arn]
  event_retries        = lookup(each.value, "event_retries", null)

  permissions_boundary_arn = local.permissions_boundary_arn
}

variable "environment" {
  description = "Short name of the environment; it is part of every name."
  type        = string
  nullable    = false
}

variable "name" {
  description = "What the shop is called: every name but a table's begins with it, and so do the names of its settings."
  type        = string
  nullable    = false
}

variable "table_prefix" {
  description = "What the name of every table begins with, such as books- where an account has several shops; may be empty."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{0,40}$", var.table_prefix))
    error_message = "table_prefix must be at most 40 letters, digits, underscores, dots or dashes."
  }
}

variable "metric_namespace" {
  description = "CloudWatch namespace of what the shop itself measures (functions/checkout/metrics.py)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_./#-]{1,255}$", var.metric_namespace)) && !startswith(var.metric_namespace, "AWS/")
    error_message = "metric_namespace must be 1 to 255 letters, digits, underscores, dots, dashes, slashes or #, and not begin with AWS/."
  }
}

variable "functions_package" {
  description = "Path of the zip with the code of all functions."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.functions_package)
    error_message = "There is no zip at functions_package: `uv run python -m lab.deploy.package` builds it."
  }
}

variable "api_definition" {
  description = "The HTTP API in OpenAPI 3.0, as JSON."
  type        = string
  nullable    = false
}

variable "payment_gateway" {
  description = "Who takes the money: simulated (nobody does, a test card is enough), or an adapter of your own in functions/checkout/gateways.py. Without one the shop takes no orders."
  type        = string
  default     = null

  validation {
    condition     = var.payment_gateway == null || contains(["simulated"], coalesce(var.payment_gateway, "none"))
    error_message = "payment_gateway must be null or a gateway in functions/checkout/gateways.py: simulated. A new one is added there and in this list."
  }
}

variable "failure_switches_enabled" {
  description = "Whether a checkout may ask for a state of its workflow to fail. For learning and testing: only with the simulated payment gateway."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.failure_switches_enabled || var.payment_gateway == "simulated"
    error_message = "failure_switches_enabled needs payment_gateway = \"simulated\": a customer could make orders fail that are paid with real money."
  }
}

variable "pricing" {
  description = "Currency (ISO 4217), and per country what shipping costs, from which value it is free (both in the currency's minor units: cents, but yen), and tax (in basis points; by COUNTRY or COUNTRY-REGION)."
  type = object({
    currency     = string
    home_country = string
    shipping = map(object({
      flat      = number
      free_from = number
    }))
    tax = map(number)
  })
  nullable = false

  validation {
    condition     = contains(local.currencies, var.pricing.currency)
    error_message = "pricing.currency must be a currency of ISO 4217 that has minor units, such as USD or JPY (currencies.tf lists them)."
  }

  validation {
    condition     = contains(keys(var.pricing.shipping), var.pricing.home_country)
    error_message = "pricing.shipping must say what shipping to pricing.home_country costs."
  }

  validation {
    condition     = alltrue([for country in keys(var.pricing.shipping) : can(regex("^[A-Z]{2}$", country))])
    error_message = "pricing.shipping must be keyed by COUNTRY, such as US."
  }

  validation {
    condition = alltrue([
      for amount in flatten([for rate in values(var.pricing.shipping) : [rate.flat, rate.free_from]]) :
      amount >= 0 && amount <= 1000000000 && floor(amount) == amount
    ])
    error_message = "pricing.shipping must be whole minor units (cents, but yen) between 0 and 1000000000."
  }

  validation {
    condition     = alltrue([for rate in values(var.pricing.tax) : rate >= 0 && rate <= 10000 && floor(rate) == rate])
    error_message = "pricing.tax must be whole basis points between 0 and 10000 (725 is 7.25 %)."
  }

  validation {
    condition     = alltrue([for place in keys(var.pricing.tax) : can(regex("^[A-Z]{2}(-[A-Z0-9]{1,3})?$", place))])
    error_message = "pricing.tax must be keyed by COUNTRY or COUNTRY-REGION, such as US or US-CA."
  }
}

variable "reservation_hold_seconds" {
  description = "Seconds that stock stays reserved for an order that nobody finishes."
  type        = number
  default     = 900
  nullable    = false

  validation {
    condition     = var.reservation_hold_seconds >= 1 && var.reservation_hold_seconds <= 604800 && floor(var.reservation_hold_seconds) == var.reservation_hold_seconds
    error_message = "reservation_hold_seconds must be a whole number between 1 and 604800, which is a week."
  }
}

variable "gateway_timeout_ms" {
  description = "Milliseconds that the payment gateway may take to answer."
  type        = number
  default     = 1000
  nullable    = false

  validation {
    condition     = var.gateway_timeout_ms >= 1 && var.gateway_timeout_ms < 9000 && floor(var.gateway_timeout_ms) == var.gateway_timeout_ms
    error_message = "gateway_timeout_ms must be a whole number between 1 and 8999: the function that waits has 10 seconds."
  }
}

variable "token_issuer" {
  description = "What `lab` calls itself in the tokens that it signs, where nobody else signs them."
  type        = string
  nullable    = false
}

variable "identity_provider" {
  description = "Who issues customers' tokens, if not `lab`: an OpenID Connect provider, the URL of its key set, what its access tokens say for whom they are, in aud or client_id, and where its page signs in: client and URLs, if the shop's page is to use them."
  type = object({
    issuer         = string
    keys_url       = string
    audience       = string
    audience_claim = optional(string, "aud")
    client_id      = optional(string)
    authorize_url  = optional(string)
    token_url      = optional(string)
    logout_url     = optional(string)
  })
  default = null

  validation {
    condition     = var.identity_provider == null || try(startswith(var.identity_provider.issuer, "https://") && startswith(var.identity_provider.keys_url, "https://"), false)
    error_message = "identity_provider.issuer and identity_provider.keys_url must begin with https://."
  }

  validation {
    condition     = var.identity_provider == null || contains(["aud", "client_id"], try(var.identity_provider.audience_claim, ""))
    error_message = "identity_provider.audience_claim must be aud, or client_id as in Cognito's access tokens."
  }
}

variable "sign_in" {
  description = "Customers sign in with Cognito: further addresses that the page may have, whether anybody may make an account, whether a second factor is OFF, OPTIONAL or ON, minutes that a token is valid, and whether test customers sign in with a permission of IAM; no user pool when null."
  type = object({
    page_urls      = optional(set(string), [])
    sign_up        = optional(bool, true)
    mfa            = optional(string, "OPTIONAL")
    token_minutes  = optional(number, 60)
    test_customers = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.sign_in == null || var.identity_provider == null
    error_message = "Either sign_in or identity_provider: tokens are of one issuer."
  }
}

variable "storefront" {
  description = "The shop's page: how much of the world has it near, a domain of its own with a certificate in us-east-1, and the ARN of a web ACL in front of it; no page when null."
  type = object({
    price_class = optional(string, "PriceClass_100")
    web_acl_arn = optional(string)
    domain = optional(object({
      name            = string
      certificate_arn = string
    }))
  })
  default = null
}

variable "storefront_distribution" {
  description = "Whether CloudFront stands in front of the page; without it the files are there and nobody can read them."
  type        = bool
  default     = true
  nullable    = false
}

variable "mail_sender" {
  description = "Address that customers get mail from."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.mail_sender))
    error_message = "mail_sender must be a mail address."
  }
}

variable "api_throttling" {
  description = "Requests per second, and how many may come at once, over all callers."
  type = object({
    rate  = number
    burst = number
  })
  default  = { rate = 100, burst = 200 }
  nullable = false
}

variable "api_key_required" {
  description = "Whether callers must show an API key that is in the storefront's usage plan."
  type        = bool
  default     = false
  nullable    = false
}

variable "firewall" {
  description = "WAF in front of the API: requests that one address may make in five minutes; no WAF when null."
  type        = object({ requests_per_address = number })
  default     = null
}

variable "architecture" {
  description = "Processor of the functions: x86_64, or arm64 (a fifth cheaper on AWS)."
  type        = string
  default     = "x86_64"
  nullable    = false
}

variable "memory_mb" {
  description = "Memory in MB of functions that need another amount than 256, by short name such as checkout-api."
  type        = map(number)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.memory_mb), keys(local.functions))) == 0
    error_message = "memory_mb must be keyed by the short name of a function, such as checkout-api."
  }
}

variable "log_level" {
  description = "Least important message that functions log."
  type        = string
  default     = "INFO"
  nullable    = false

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.log_level)
    error_message = "log_level must be DEBUG, INFO, WARNING or ERROR."
  }
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
  nullable    = false
}

variable "tracing" {
  description = "Whether requests are traced with X-Ray through API, workflow and functions."
  type        = bool
  default     = false
  nullable    = false
}

variable "opentelemetry_layer_arn" {
  description = "Layer with the AWS Distro for OpenTelemetry (AWSOpenTelemetryDistroPython, in the environment's region), which also traces the calls that functions make, and lengthens their cold starts; none when null."
  type        = string
  default     = null

  validation {
    condition     = var.opentelemetry_layer_arn == null || var.tracing
    error_message = "opentelemetry_layer_arn needs tracing = true: without it no function may send traces."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the tables."
  type        = bool
  default     = false
  nullable    = false
}

variable "recovery_days" {
  description = "Days that a table can be taken back to, to any second (1 to 35)."
  type        = number
  default     = 35
  nullable    = false
}

variable "backup_retention_days" {
  description = "Days that a nightly copy of every table is kept in AWS Backup; no copies when 0."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.backup_retention_days >= 0 && floor(var.backup_retention_days) == var.backup_retention_days
    error_message = "backup_retention_days must be a whole number, 0 or more."
  }
}

variable "own_encryption_key" {
  description = "Whether what is stored is encrypted with a KMS key of the environment's own."
  type        = bool
  default     = false
  nullable    = false
}

variable "api_cache" {
  description = "Cache for the catalogue in front of the functions: its size in GB, and for how long an answer is kept; none when null."
  type = object({
    size_gb     = number
    ttl_seconds = number
  })
  default = null
}

variable "reserved_concurrency" {
  description = "Invocations that may run at a time, of functions that get a share of their own, by short name."
  type        = map(number)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.reserved_concurrency), keys(local.functions))) == 0
    error_message = "reserved_concurrency must be keyed by the short name of a function, such as checkout-api."
  }
}

variable "canary_weight" {
  description = "Share (0 to 1) of invocations that a new version gets, beside the one that is live; 0 makes it live at once."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.canary_weight >= 0 && var.canary_weight < 1
    error_message = "canary_weight must be 0 or more and less than 1, such as 0.1."
  }
}

variable "alarm_receivers" {
  description = "Addresses that get a mail about every alarm, once they have answered AWS's first one."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "alarm_thresholds" {
  description = "Thresholds at which an alarm is raised: of errors and latency of the API, of counts in five minutes, of a function's time-out, of messages in a queue that should be empty; and after how many minutes without an order. Where throttles, a time-out's percentage or minutes are 0, there is no such alarm."
  # The defaults and the rules are those of modules/monitoring.
  type = object({
    api_errors_percent     = optional(number)
    api_latency_ms         = optional(number)
    function_errors        = optional(number)
    function_throttles     = optional(number)
    function_time_percent  = optional(number)
    failed_executions      = optional(number)
    timed_out_executions   = optional(number)
    queued_messages        = optional(number)
    table_throttles        = optional(number)
    minutes_without_orders = optional(number)
  })
  default  = {}
  nullable = false
}

variable "budget" {
  description = "What a month may cost in US dollars, and at which percentages of that the operations topic hears what was spent; no budget when null."
  type = object({
    monthly_usd    = number
    alert_percents = optional(list(number), [50, 80, 100])
  })
  default = null
}

variable "audit_trail_days" {
  description = "Days that CloudTrail keeps who read or changed an order or a payment; no trail when 0."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.audit_trail_days >= 0 && floor(var.audit_trail_days) == var.audit_trail_days
    error_message = "audit_trail_days must be a whole number, 0 or more."
  }
}

variable "saved_queries" {
  description = "Whether the questions that the runbook asks of the logs are kept in Logs Insights."
  type        = bool
  default     = true
  nullable    = false
}

variable "runbook" {
  description = "Where the runbook is: an alarm's description ends with this, # and its section."
  type        = string
  default     = "docs/runbook.md"
  nullable    = false
}

variable "key_deletion_days" {
  description = "Days in which a destroyed KMS key can still be called back; after them, what it encrypted is lost."
  type        = number
  default     = 30
  nullable    = false
}

variable "backup_copy_vault_arn" {
  description = "Backup vault in another region that every nightly copy is copied to; none when null."
  type        = string
  default     = null
}

variable "permissions_boundary" {
  description = "Name of the policy that limits what every role of the environment may do: pipelines can only make roles that have theirs. No limit when null."
  type        = string
  default     = null
}

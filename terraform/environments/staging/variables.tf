variable "environment" {
  description = "Short name of the environment; it is part of every name."
  type        = string
  nullable    = false
}

variable "owner" {
  description = "Who answers for what is created (a tag); the shop's owner when null."
  type        = string
  default     = null
}

variable "cost_center" {
  description = "Who pays for what is created (a tag); the shop's cost center when null."
  type        = string
  default     = null
}

variable "functions_package" {
  description = "Path of the zip with the code of all functions; `uv run python -m lab.deploy.package` builds it here."
  type        = string
  default     = "../../../.lab/build/functions.zip"
  nullable    = false
}

variable "payment_gateway" {
  description = "Who takes the money: simulated (nobody does), or an adapter of your own. Without one the shop takes no orders."
  type        = string
  default     = null
}

variable "failure_switches_enabled" {
  description = "Whether a checkout may ask for a state of its workflow to fail. Only with the simulated payment gateway."
  type        = bool
  default     = false
  nullable    = false
}

variable "pricing" {
  description = "Shipping and tax; modules/checkout says in which units. The currency is the shop's unless it is said here."
  type = object({
    currency     = optional(string)
    home_country = string
    shipping = map(object({
      flat      = number
      free_from = number
    }))
    tax = map(number)
  })
  nullable = false
}

variable "mail_sender" {
  description = "Address that customers get mail from."
  type        = string
  nullable    = false
}

variable "api_throttling" {
  description = "Requests per second, and how many may come at once, over all callers."
  type = object({
    rate  = number
    burst = number
  })
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
  description = "Processor of the functions: x86_64 or arm64."
  type        = string
  default     = "x86_64"
  nullable    = false
}

variable "memory_mb" {
  description = "Memory in MB of functions that need another amount than 256, by short name."
  type        = map(number)
  default     = {}
  nullable    = false
}

variable "log_level" {
  description = "Least important message that functions log."
  type        = string
  default     = "INFO"
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  nullable    = false
}

variable "tracing" {
  description = "Whether requests are traced with X-Ray."
  type        = bool
  default     = false
  nullable    = false
}

variable "opentelemetry_layer_arn" {
  description = "Layer with the AWS Distro for OpenTelemetry (AWSOpenTelemetryDistroPython, in the environment's region), which also traces the calls that functions make, and lengthens their cold starts; none when null."
  type        = string
  default     = null
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
}

variable "canary_weight" {
  description = "Share (0 to 1) of invocations that a new version gets, beside the one that is live; 0 makes it live at once."
  type        = number
  default     = 0
  nullable    = false
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
}

variable "saved_queries" {
  description = "Whether the questions that the runbook asks of the logs are kept in Logs Insights."
  type        = bool
  default     = true
  nullable    = false
}

variable "gateway_timeout_ms" {
  description = "Milliseconds that the payment gateway may take to answer."
  type        = number
  default     = 1000
  nullable    = false
}

variable "reservation_hold_seconds" {
  description = "Seconds that stock stays reserved for an order that nobody finishes."
  type        = number
  default     = 900
  nullable    = false
}

variable "token_issuer" {
  description = "What `lab` calls itself in the tokens that it signs, where nobody else signs them; the shop's issuer when null."
  type        = string
  default     = null
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

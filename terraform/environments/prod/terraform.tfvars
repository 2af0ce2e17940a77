environment = "prod"

# What runs. Without a payment gateway the shop takes no orders: choose yours, see docs/environments.md.
mail_sender              = "orders@checkout-lab.example"
payment_gateway          = null
failure_switches_enabled = false
api_throttling           = { rate = 500, burst = 1000 }
api_cache                = { size_gb = 0.5, ttl_seconds = 60 }
api_key_required         = true
firewall                 = { requests_per_address = 2000 }
sign_in                  = { mfa = "OPTIONAL" }
storefront               = { price_class = "PriceClass_All" }
storefront_distribution  = true
reserved_concurrency     = { checkout-api = 200, notifier = 20 }
canary_weight            = 0.1

# What is seen
log_retention_days = 365
tracing            = true
alarm_receivers    = ["on-call@checkout-lab.example"]

alarm_thresholds = {
  api_errors_percent     = 1
  api_latency_ms         = 3000
  function_errors        = 3
  function_throttles     = 1
  function_time_percent  = 80
  failed_executions      = 1
  timed_out_executions   = 1
  queued_messages        = 1
  table_throttles        = 10
  minutes_without_orders = 30
}

# What is kept
deletion_protection   = true
recovery_days         = 35
backup_retention_days = 365
audit_trail_days      = 365
own_encryption_key    = true

# What it may cost
budget = { monthly_usd = 250, alert_percents = [50, 80, 100] }

pricing = {
  home_country = "US"

  # Minor units (cents). A country that is not listed is not shipped to.
  shipping = {
    US = { flat = 599, free_from = 7500 }
    CA = { flat = 1299, free_from = 15000 }
    GB = { flat = 1499, free_from = 20000 }
    DE = { flat = 1499, free_from = 20000 }
  }

  # Basis points. COUNTRY-REGION comes before COUNTRY.
  tax = {
    "US"    = 0
    "US-CA" = 725
    "US-NY" = 400
    "CA"    = 500
    "GB"    = 2000
    "DE"    = 1900
  }
}

environment = "staging"

# What runs
mail_sender              = "orders@staging.checkout-lab.example"
payment_gateway          = "simulated"
failure_switches_enabled = true
api_throttling           = { rate = 100, burst = 200 }
api_cache                = { size_gb = 0.5, ttl_seconds = 60 }
api_key_required         = true
firewall                 = { requests_per_address = 2000 }
sign_in                  = { mfa = "OPTIONAL", test_customers = true }
storefront               = { price_class = "PriceClass_100" }
storefront_distribution  = true
reserved_concurrency     = { checkout-api = 50, notifier = 5 }
canary_weight            = 0.5

# What is seen
log_retention_days = 30
tracing            = true
alarm_receivers    = ["checkout-team@checkout-lab.example"]

alarm_thresholds = {
  api_errors_percent     = 5
  api_latency_ms         = 5000
  function_errors        = 10
  function_throttles     = 5
  function_time_percent  = 80
  failed_executions      = 3
  timed_out_executions   = 1
  queued_messages        = 1
  table_throttles        = 10
  minutes_without_orders = 0
}

# What is kept
deletion_protection   = true
recovery_days         = 14
backup_retention_days = 0
audit_trail_days      = 0
own_encryption_key    = true

# What it may cost
budget = { monthly_usd = 100, alert_percents = [80, 100] }

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

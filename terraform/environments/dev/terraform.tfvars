environment = "dev"

# What runs
mail_sender              = "orders@dev.checkout-lab.example"
payment_gateway          = "simulated"
failure_switches_enabled = true
api_throttling           = { rate = 100, burst = 200 }
api_cache                = null
api_key_required         = false
firewall                 = null
sign_in                  = null
storefront               = null
storefront_distribution  = true
reserved_concurrency     = {}
canary_weight            = 0

# What is seen
log_retention_days = 7
tracing            = false
alarm_receivers    = []

alarm_thresholds = {
  api_errors_percent     = 50
  api_latency_ms         = 10000
  function_errors        = 20
  function_throttles     = 0
  function_time_percent  = 0
  failed_executions      = 10
  timed_out_executions   = 1
  queued_messages        = 1
  table_throttles        = 0
  minutes_without_orders = 0
}

# What is kept
deletion_protection   = false
recovery_days         = 7
backup_retention_days = 0
audit_trail_days      = 0
own_encryption_key    = false

# What it may cost
budget = null

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

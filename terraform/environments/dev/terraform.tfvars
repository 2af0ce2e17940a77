environment = "dev"
owner       = "checkout-team"
cost_center = "checkout-lab"

failure_switches_enabled = true
log_retention_days       = 7
mail_sender              = "orders@checkout-lab.example"

api_throttling = {
  rate  = 100
  burst = 200
}

pricing = {
  currency     = "USD"
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

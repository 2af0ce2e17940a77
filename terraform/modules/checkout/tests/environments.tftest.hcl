# What makes an environment different from another, as the whole checkout plans it.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environment       = "prod"
  functions_package = "main.tf" # any file does for a plan
  mail_sender       = "orders@checkout-lab.example"

  api_definition = <<-JSON
    {"openapi": "3.0.3", "paths": {
      "/products": {"get": {"responses": {}, "parameters": [{"in": "query", "name": "category"}]}},
      "/products/{sku}": {"get": {"responses": {}, "parameters": [{"in": "path", "name": "sku"}]}}
    }}
  JSON

  pricing = {
    currency     = "USD"
    home_country = "US"
    shipping     = { US = { flat = 599, free_from = 7500 } }
    tax          = {}
  }
}

run "without_any_of_it_nothing_more_is_made" {
  command = plan

  assert {
    condition     = length(module.key) == 0 && length(module.backup) == 0 && output.encryption_key_alias == null
    error_message = "Wanted neither a key nor backups by default."
  }

  assert {
    condition     = length(module.budget) == 0
    error_message = "Wanted no budget by default."
  }
}

run "everything_together_can_be_planned" {
  command = plan

  variables {
    own_encryption_key    = true
    backup_retention_days = 365
    deletion_protection   = true
    recovery_days         = 35
    api_cache             = { size_gb = 0.5, ttl_seconds = 60 }
    reserved_concurrency  = { checkout-api = 200 }
    canary_weight         = 0.1
    tracing               = true
    alarm_receivers       = ["on-call@checkout-lab.example"]
    alarm_thresholds      = { api_errors_percent = 5 }
    budget                = { monthly_usd = 250 }
  }

  assert {
    condition     = output.encryption_key_alias == "alias/checkout-prod"
    error_message = "Wanted the key alias/checkout-prod, got ${coalesce(output.encryption_key_alias, "none")}."
  }

  assert {
    condition     = length(module.backup) == 1
    error_message = "Wanted backups."
  }

  assert {
    condition     = length(module.budget) == 1
    error_message = "Wanted a budget."
  }
}

run "a_share_for_a_function_that_is_not_there_is_refused" {
  command = plan

  variables {
    reserved_concurrency = { checkout = 10 }
  }

  expect_failures = [var.reserved_concurrency]
}

run "backups_are_not_kept_for_half_a_day" {
  command = plan

  variables {
    backup_retention_days = 0.5
  }

  expect_failures = [var.backup_retention_days]
}

run "a_weight_in_percent_is_refused_before_there_is_a_function" {
  command = plan

  variables {
    canary_weight = 10
  }

  expect_failures = [var.canary_weight]
}

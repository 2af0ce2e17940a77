# What makes an environment different from another, as the whole checkout plans it.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name              = "checkout"
  table_prefix      = ""
  metric_namespace  = "CheckoutLab"
  token_issuer      = "https://checkout-lab.example"
  environment       = "prod"
  functions_package = "main.tf" # any file does for a plan
  payment_gateway   = "simulated"
  mail_sender       = "orders@checkout-lab.example"

  api_definition = <<-JSON
    {"openapi": "3.0.3", "paths": {
      "/health": {"get": {"responses": {}}},
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
    condition     = local.permissions_boundary_arn == null
    error_message = "Wanted no limit by default."
  }

  assert {
    condition     = length(module.budget) == 0
    error_message = "Wanted no budget by default."
  }

  assert {
    condition     = length(module.sign_in) == 0 && length(module.storefront) == 0 && output.storefront_url == null
    error_message = "Wanted neither a page nor a user pool by default."
  }

  assert {
    condition     = length(module.firewall) == 0 && length(module.audit_trail) == 0
    error_message = "Wanted neither a firewall nor an audit trail by default."
  }

  assert {
    condition     = one(module.topic_key).alias_name == "alias/checkout-prod-topics"
    error_message = "Wanted a key for the topics in any case."
  }
}

run "everything_together_can_be_planned" {
  command = plan

  variables {
    own_encryption_key    = true
    key_deletion_days     = 7
    backup_retention_days = 365
    backup_copy_vault_arn = "arn:aws:backup:us-west-2:123456789012:backup-vault:checkout-prod"
    deletion_protection   = true
    recovery_days         = 35
    audit_trail_days      = 365
    api_cache             = { size_gb = 0.5, ttl_seconds = 60 }
    api_key_required      = true
    api_throttling        = { rate = 500, burst = 1000 }
    firewall              = { requests_per_address = 2000 }
    architecture          = "arm64"
    memory_mb             = { checkout-api = 512 }
    log_retention_days    = 365
    reserved_concurrency  = { checkout-api = 200 }
    canary_weight         = 0.1
    tracing               = true
    alarm_receivers       = ["on-call@checkout-lab.example"]
    alarm_thresholds      = { api_errors_percent = 5 }
    runbook               = "https://wiki.example/runbook"
    budget                = { monthly_usd = 250 }
    permissions_boundary  = "checkout-pipeline-boundary-prod"
    storefront            = { price_class = "PriceClass_All" }
    sign_in               = { mfa = "ON" }
  }

  assert {
    condition     = local.permissions_boundary_arn == "arn:aws:iam::123456789012:policy/checkout-pipeline-boundary-prod"
    error_message = "Wanted the limit by its ARN, got ${local.permissions_boundary_arn}."
  }

  assert {
    condition     = length(module.storefront) == 1 && length(module.sign_in) == 1
    error_message = "Wanted a page, and a user pool."
  }

  assert {
    condition     = toset([for name in keys(module.settings.parameter_arns) : name if startswith(name, "auth/") || startswith(name, "storefront/")]) == toset(["auth/issuer", "auth/audience", "auth/audience-claim", "auth/key-set-url", "storefront/sign-in"])
    error_message = "Wanted the user pool's keys, and where the page signs in."
  }

  assert {
    condition     = output.encryption_key_alias == "alias/checkout-prod"
    error_message = "Wanted the key alias/checkout-prod, got ${coalesce(output.encryption_key_alias, "none")}."
  }

  assert {
    condition     = length(module.topic_key) == 0
    error_message = "Wanted the topics to use the environment's key, too."
  }

  assert {
    condition     = length(module.backup) == 1 && length(module.firewall) == 1 && length(module.audit_trail) == 1
    error_message = "Wanted backups, a firewall and an audit trail."
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

run "half_a_day_of_an_audit_trail_is_refused" {
  command = plan

  variables {
    audit_trail_days = 0.5
  }

  expect_failures = [var.audit_trail_days]
}

run "another_issuer_takes_the_place_of_the_lab" {
  command = plan

  variables {
    storefront = {}
    identity_provider = {
      issuer    = "https://sign-in.example"
      keys_url  = "https://sign-in.example/keys"
      audience  = "https://shop.example/api"
      token_url = "https://sign-in.example/token"
    }
  }

  assert {
    condition     = local.token_settings["auth/issuer"] == "https://sign-in.example" && local.token_settings["auth/audience"] == "https://shop.example/api" && local.token_settings["auth/audience-claim"] == "aud" && local.token_settings["auth/key-set-url"] == "https://sign-in.example/keys"
    error_message = "Wanted tokens of that issuer."
  }

  assert {
    condition     = local.sign_in_origin == "https://sign-in.example"
    error_message = "Wanted the page to reach the sign-in."
  }
}

run "a_page_without_a_distribution_has_no_address" {
  command = plan

  variables {
    storefront              = {}
    storefront_distribution = false
  }

  assert {
    condition     = output.storefront_url == null && length(module.storefront) == 1 && jsondecode(local.token_settings["storefront/sign-in"]) == {}
    error_message = "Wanted the files, and no address."
  }
}

run "tokens_of_two_issuers_are_refused" {
  command = plan

  variables {
    storefront        = {}
    sign_in           = {}
    identity_provider = { issuer = "https://a.example", keys_url = "https://a.example/keys", audience = "a" }
  }

  expect_failures = [var.sign_in]
}

run "keys_over_plain_http_are_refused" {
  command = plan

  variables {
    identity_provider = { issuer = "https://a.example", keys_url = "http://a.example/keys", audience = "a" }
  }

  expect_failures = [var.identity_provider]
}

# Plans with a mocked provider: no account, no emulator.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environment              = "dev"
  functions_package        = "main.tf" # any file does for a plan
  failure_switches_enabled = true
  mail_sender              = "orders@checkout-lab.example"

  api_definition = <<-JSON
    {"openapi": "3.0.3", "paths": {"/health": {"summary": "Health", "get": {"responses": {}}}}}
  JSON

  pricing = {
    currency     = "USD"
    home_country = "US"
    shipping     = { US = { flat = 599, free_from = 7500 } }
    tax          = { US = 0, US-CA = 725 }
  }
}

run "plans_a_function_for_every_part" {
  command = plan

  assert {
    condition = toset(keys(output.function_names)) == toset([
      "cart-validator", "stock-checker", "payment-processor", "order-generator", "checkout-api", "notifier", "sweeper",
    ])
    error_message = "Wanted the seven functions, got ${join(", ", keys(output.function_names))}."
  }

  assert {
    condition     = local.environment_variables.FAILURE_SWITCHES == "true"
    error_message = "Wanted the failure switches on in dev, got ${local.environment_variables.FAILURE_SWITCHES}."
  }

  assert {
    condition     = local.environment_variables.STATE_MACHINE_ARN == "arn:aws:states:us-east-2:123456789012:stateMachine:checkout-dev"
    error_message = "Functions would look for the workflow at ${local.environment_variables.STATE_MACHINE_ARN}."
  }
}

run "prod_refuses_failure_switches" {
  command = plan

  variables {
    environment = "prod"
  }

  expect_failures = [var.failure_switches_enabled]
}

run "prod_without_failure_switches_is_fine" {
  command = plan

  variables {
    environment              = "prod"
    failure_switches_enabled = false
  }

  assert {
    condition     = local.environment_variables.FAILURE_SWITCHES == "false"
    error_message = "Wanted the failure switches off in prod, got ${local.environment_variables.FAILURE_SWITCHES}."
  }
}

run "prices_are_whole_cents" {
  command = plan

  variables {
    pricing = {
      currency     = "USD"
      home_country = "US"
      shipping     = { US = { flat = 5.99, free_from = 75 } }
      tax          = {}
    }
  }

  expect_failures = [var.pricing]
}

run "a_missing_package_is_noticed_before_apply" {
  command = plan

  variables {
    functions_package = "no-such.zip"
  }

  expect_failures = [var.functions_package]
}

run "an_index_name_that_aws_refuses_is_refused" {
  command = plan

  module {
    source = "../dynamodb"
  }

  variables {
    name       = "orders-dev"
    hash_key   = "orderId"
    attributes = { orderId = "S", at = "S" }
    indexes    = { at = { hash_key = "at" } }
  }

  expect_failures = [var.indexes]
}

run "an_attribute_without_a_key_is_refused" {
  command = plan

  module {
    source = "../dynamodb"
  }

  variables {
    name       = "orders-dev"
    hash_key   = "orderId"
    attributes = { orderId = "S", status = "S" }
  }

  expect_failures = [var.attributes]
}

run "a_function_may_not_do_everything" {
  command = plan

  module {
    source = "../lambda"
  }

  variables {
    name               = "checkout-dev-sweeper"
    description        = "Sweeps"
    environment        = {}
    package            = { bucket = "code", key = "functions.zip", hash = "hash" }
    handler            = "sweeper.handler.handle"
    timeout_seconds    = 60
    log_retention_days = 7
    permissions        = [{ sid = "Everything", actions = ["dynamodb:GetItem"], resources = ["*"] }]
  }

  expect_failures = [var.permissions]
}

# Plans with a mocked provider: no account, no emulator.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name                     = "checkout"
  table_prefix             = ""
  metric_namespace         = "CheckoutLab"
  token_issuer             = "https://checkout-lab.example"
  environment              = "dev"
  functions_package        = "main.tf" # any file does for a plan
  payment_gateway          = "simulated"
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

run "without_a_gateway_failure_switches_are_refused_whatever_the_name_of_the_environment" {
  command = plan

  variables {
    payment_gateway = null
  }

  expect_failures = [var.failure_switches_enabled, check.payment_gateway]
}

run "the_simulated_gateway_alone_turns_no_failure_switch_on" {
  command = plan

  variables {
    environment              = "prod"
    failure_switches_enabled = false
  }

  assert {
    condition     = local.environment_variables.FAILURE_SWITCHES == "false" && local.environment_variables.PAYMENT_GATEWAY == "simulated"
    error_message = "Wanted the simulated gateway and no failure switches, got ${local.environment_variables.PAYMENT_GATEWAY} and ${local.environment_variables.FAILURE_SWITCHES}."
  }
}

run "a_shop_without_a_gateway_is_planned_and_says_what_is_missing" {
  command = plan

  variables {
    payment_gateway          = null
    failure_switches_enabled = false
  }

  assert {
    condition     = !can(local.environment_variables.PAYMENT_GATEWAY)
    error_message = "Wanted functions that know no gateway."
  }

  expect_failures = [check.payment_gateway]
}

run "a_gateway_that_nobody_wrote_is_refused" {
  command = plan

  variables {
    payment_gateway          = "stripe"
    failure_switches_enabled = false
  }

  expect_failures = [var.payment_gateway]
}

run "mail_goes_to_anybody_and_from_one_address" {
  command = plan

  assert {
    condition = [
      for statement in local.permissions.notifier : [statement.resources, statement.conditions]
      if statement.sid == "SendMail"
      ] == [[
        ["arn:aws:ses:us-east-2:123456789012:identity/*"],
        [{ test = "StringEquals", variable = "ses:FromAddress", values = ["orders@checkout-lab.example"] }],
    ]]
    error_message = "In the sandbox SES asks for the recipient's identity, too; and the sender must be the shop's."
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

run "gold_is_no_currency_to_pay_with" {
  command = plan

  variables {
    pricing = {
      currency     = "XAU"
      home_country = "US"
      shipping     = { US = { flat = 0, free_from = 0 } }
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

run "a_setting_reaches_who_reads_it" {
  command = plan

  variables {
    log_level                = "DEBUG"
    tracing                  = true
    saved_queries            = false
    token_issuer             = "https://sign-in.example"
    reservation_hold_seconds = 60
    gateway_timeout_ms       = 500

    # A currency without minor units.
    pricing = {
      currency     = "JPY"
      home_country = "JP"
      shipping     = { JP = { flat = 800, free_from = 10000 } }
      tax          = { JP = 1000 }
    }
  }

  assert {
    condition     = local.environment_variables.LOG_LEVEL == "DEBUG" && local.environment_variables.MAIL_SENDER == var.mail_sender
    error_message = "Wanted functions to know the level of their logs and the sender of mails."
  }

  assert {
    condition     = !can(local.environment_variables.AWS_LAMBDA_EXEC_WRAPPER)
    error_message = "Wanted functions without OpenTelemetry: its layer is not named."
  }

  assert {
    condition     = contains(keys(module.settings.parameter_arns), "reservation/hold-seconds") && !anytrue([for name in keys(module.settings.parameter_arns) : startswith(name, "auth/key-set")])
    error_message = "Wanted the settings, and no keys among them: the lab publishes its own."
  }
}

run "a_layer_of_opentelemetry_starts_the_functions" {
  command = plan

  variables {
    tracing                 = true
    opentelemetry_layer_arn = "arn:aws:lambda:us-east-2:123456789012:layer:AWSOpenTelemetryDistroPython:1"
  }

  assert {
    condition     = local.environment_variables.AWS_LAMBDA_EXEC_WRAPPER == "/opt/otel-instrument" && local.environment_variables.OTEL_AWS_APPLICATION_SIGNALS_ENABLED == "false"
    error_message = "Wanted the layer's script, and traces alone."
  }
}

run "a_layer_of_opentelemetry_without_tracing_is_refused" {
  command = plan

  variables {
    opentelemetry_layer_arn = "arn:aws:lambda:us-east-2:123456789012:layer:AWSOpenTelemetryDistroPython:1"
  }

  expect_failures = [var.opentelemetry_layer_arn]
}

run "a_hold_of_half_a_second_is_refused" {
  command = plan

  variables {
    reservation_hold_seconds = 0.5
  }

  expect_failures = [var.reservation_hold_seconds]
}

run "a_gateway_that_may_take_longer_than_the_function_is_refused" {
  command = plan

  variables {
    gateway_timeout_ms = 9000
  }

  expect_failures = [var.gateway_timeout_ms]
}

run "a_sender_that_is_no_address_is_refused" {
  command = plan

  variables {
    mail_sender = "orders"
  }

  expect_failures = [var.mail_sender]
}

run "memory_for_a_function_that_is_not_there_is_refused" {
  command = plan

  variables {
    memory_mb = { checkout = 512 }
  }

  expect_failures = [var.memory_mb]
}

run "a_level_that_is_none_is_refused" {
  command = plan

  variables {
    log_level = "LOUD"
  }

  expect_failures = [var.log_level]
}

run "another_shop_has_other_names_throughout" {
  command = plan

  variables {
    name             = "bookshop"
    table_prefix     = "books-"
    metric_namespace = "Books"
    token_issuer     = "https://sign-in.books.example"
  }

  assert {
    condition = alltrue([
      for name in concat(values(output.function_names), [output.event_bus_name]) : startswith(name, "bookshop-dev")
    ])
    error_message = "Wanted every name to begin with bookshop-dev."
  }

  assert {
    condition     = output.table_names["products"] == "books-products-dev" && output.settings_path == "/bookshop/dev"
    error_message = "Got the table ${output.table_names["products"]} and settings below ${output.settings_path}."
  }

  assert {
    condition     = local.environment_variables.POWERTOOLS_METRICS_NAMESPACE == "Books"
    error_message = "Functions would count in ${local.environment_variables.POWERTOOLS_METRICS_NAMESPACE}."
  }
}

run "a_table_cannot_be_called_so" {
  command = plan

  variables {
    table_prefix = "books/"
  }

  expect_failures = [var.table_prefix]
}

run "the_namespaces_of_aws_are_refused" {
  command = plan

  variables {
    metric_namespace = "AWS/Books"
  }

  expect_failures = [var.metric_namespace]
}

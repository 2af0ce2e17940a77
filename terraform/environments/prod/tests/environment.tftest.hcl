# The environment as its terraform.tfvars says it. The file is the same in every environment.

mock_provider "aws" {
  source = "../../modules/checkout/tests/mocks"
}

variables {
  functions_package = "main.tf" # any file does for a plan
  payment_gateway   = "simulated"
}

run "every_name_carries_the_environment" {
  command = plan

  assert {
    condition     = alltrue([for name in values(output.table_names) : endswith(name, "-${var.environment}")])
    error_message = "Wanted tables that end with -${var.environment}, got ${join(", ", values(output.table_names))}."
  }

  assert {
    condition     = alltrue([for name in values(output.function_names) : startswith(name, "${local.shop.name}-${var.environment}-")])
    error_message = "Wanted functions that begin with ${local.shop.name}-${var.environment}-, got ${join(", ", values(output.function_names))}."
  }

  assert {
    condition     = output.settings_path == "/${local.shop.name}/${var.environment}" && output.event_bus_name == "${local.shop.name}-${var.environment}"
    error_message = "Wanted settings and a bus of ${var.environment}'s own."
  }

  assert {
    condition     = output.api_stage == var.environment
    error_message = "Wanted the stage ${var.environment}, got ${output.api_stage}."
  }
}

run "it_has_a_key_of_its_own_if_its_settings_say_so" {
  command = plan

  assert {
    condition     = output.encryption_key_alias == (var.own_encryption_key ? "alias/${local.shop.name}-${var.environment}" : null)
    error_message = "Wanted a key only where own_encryption_key says so."
  }
}

run "another_name_gives_another_environment_and_no_clash" {
  command = plan

  variables {
    environment              = "blue"
    failure_switches_enabled = false
  }

  assert {
    condition     = alltrue([for name in concat(values(output.table_names), values(output.function_names)) : strcontains(name, "-blue")])
    error_message = "Wanted every name to follow the variable environment."
  }
}

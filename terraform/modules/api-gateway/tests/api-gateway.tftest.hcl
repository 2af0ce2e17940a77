# The API, its stage, and who may call it.

mock_provider "aws" {}

variables {
  name        = "checkout-prod"
  description = "Products"
  stage       = "prod"
  function    = { name = "checkout-prod-checkout-api", alias = "live", invoke_arn = "arn:aws:lambda:us-east-2:123456789012:function:f" }
  definition  = "{\"openapi\": \"3.0.3\", \"paths\": {\"/health\": {\"get\": {\"responses\": {}}}, \"/orders\": {\"get\": {\"responses\": {}, \"security\": [{\"customer\": []}]}}}}"
}

run "by_default_nobody_needs_a_key" {
  command = plan

  assert {
    condition     = length(aws_api_gateway_usage_plan.storefront) == 0
    error_message = "Wanted no usage plan."
  }

  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this.body).paths["/orders"].get.security == [{ customer = [] }] && !can(jsondecode(aws_api_gateway_rest_api.this.body).paths["/health"].get.security)
    error_message = "Wanted what the definition says."
  }

  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this.body).paths["/health"].get["x-amazon-apigateway-integration"].timeoutInMillis == 15000
    error_message = "Wanted 15 seconds."
  }

  assert {
    condition     = !aws_api_gateway_stage.this.xray_tracing_enabled && one(aws_api_gateway_method_settings.this.settings).throttling_rate_limit == 100
    error_message = "Wanted no traces and 100 requests a second."
  }
}

run "a_key_comes_on_top_of_the_token_but_not_at_open_paths" {
  command = plan

  variables {
    api_key_required = true
    open_paths       = ["/health"]
    throttling       = { rate = 50, burst = 70 }
  }

  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this.body).paths["/orders"].get.security == [{ api_key = [], customer = [] }]
    error_message = "Wanted both the key and the token."
  }

  assert {
    condition     = !can(jsondecode(aws_api_gateway_rest_api.this.body).paths["/health"].get.security)
    error_message = "Wanted /health to be open."
  }

  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this.body).components.securitySchemes.api_key == { type = "apiKey", name = "x-api-key", in = "header" }
    error_message = "Wanted the header that API Gateway knows."
  }

  assert {
    condition     = aws_api_gateway_usage_plan.storefront[0].throttle_settings[0].rate_limit == 50 && one(aws_api_gateway_usage_plan.storefront[0].api_stages).stage == "prod"
    error_message = "Wanted a plan for the stage."
  }
}

run "a_path_that_asks_for_nothing_else_asks_for_the_key" {
  command = plan

  variables {
    api_key_required = true
  }

  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this.body).paths["/health"].get.security == [{ api_key = [] }]
    error_message = "Wanted the key."
  }
}

run "what_the_gateway_answers_itself_are_problem_details_too" {
  command = plan

  assert {
    condition     = jsondecode(jsondecode(aws_api_gateway_rest_api.this.body)["x-amazon-apigateway-gateway-responses"].INVALID_API_KEY.responseTemplates["application/json"]).code == "API_KEY_REQUIRED"
    error_message = "Wanted a code for a missing key."
  }

  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this.body)["x-amazon-apigateway-gateway-responses"].THROTTLED.statusCode == 429
    error_message = "Wanted 429 for too many requests."
  }
}

run "by_default_no_method_is_counted_by_itself" {
  command = plan

  assert {
    condition     = !one(aws_api_gateway_method_settings.this.settings).metrics_enabled
    error_message = "Wanted no metrics by method: each costs 30 cents a month, and no alarm asks for them."
  }
}

run "the_stage_is_as_it_was_said" {
  command = plan

  variables {
    tracing        = true
    timeout_ms     = 29000
    method_metrics = true
  }

  assert {
    condition     = one(aws_api_gateway_method_settings.this.settings).metrics_enabled
    error_message = "Wanted metrics by method."
  }

  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this.body).paths["/health"].get["x-amazon-apigateway-integration"].timeoutInMillis == 29000 && aws_api_gateway_stage.this.xray_tracing_enabled
    error_message = "Wanted traces and 29 seconds."
  }
}

run "a_definition_of_another_version_is_refused" {
  command = plan

  variables {
    definition = "{\"openapi\": \"3.1.0\", \"paths\": {\"/\": {}}}"
  }

  expect_failures = [var.definition]
}

run "an_open_path_that_is_not_there_is_refused" {
  command = plan

  variables {
    open_paths = ["/healthz"]
  }

  expect_failures = [var.open_paths]
}

run "a_stage_with_a_slash_is_refused" {
  command = plan

  variables {
    stage = "prod/v1"
  }

  expect_failures = [var.stage]
}

run "letting_nobody_through_is_refused" {
  command = plan

  variables {
    throttling = { rate = 0, burst = 10 }
  }

  expect_failures = [var.throttling]
}

run "waiting_longer_than_the_gateway_can_is_refused" {
  command = plan

  variables {
    timeout_ms = 30000
  }

  expect_failures = [var.timeout_ms]
}

run "the_access_log_has_no_header_and_no_body_and_uses_the_key" {
  command = plan

  variables {
    log_retention_days = 365
    kms_key_arn        = "arn:aws:kms:us-east-2:123456789012:key/k"
  }

  assert {
    condition     = aws_cloudwatch_log_group.access.retention_in_days == 365 && aws_cloudwatch_log_group.access.kms_key_id == var.kms_key_arn
    error_message = "Wanted a year of logs under our key."
  }

  assert {
    condition     = !anytrue([for value in values(local.access_log) : can(regex("(?i)header|authorization|apiKey|body|querystring", value))])
    error_message = "Wanted nothing that a customer sent but the path."
  }

  assert {
    condition     = !anytrue([for value in values(local.access_log) : can(regex("(?i)message|userAgent|error\\.(?:message|validation)", value))])
    error_message = "A quote in free text ends the JSON: nobody could ask for anything in that line."
  }
}

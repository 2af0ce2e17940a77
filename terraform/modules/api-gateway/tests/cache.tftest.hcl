# The cache in front of the catalogue.

mock_provider "aws" {}

variables {
  name        = "checkout-prod"
  description = "Products"
  stage       = "prod"
  function    = { name = "checkout-prod-checkout-api", alias = "live", invoke_arn = "arn:aws:lambda:us-east-2:123456789012:function:f" }
  cache       = { size_gb = 0.5, ttl_seconds = 60, paths = ["/products/{sku}"] }

  definition = <<-JSON
    {"openapi": "3.0.3", "paths": {
      "/health": {"get": {"responses": {}}},
      "/products/{sku}": {
        "parameters": [{"in": "path", "name": "sku"}],
        "get": {"responses": {}, "parameters": [{"in": "query", "name": "currency"}]}
      }
    }}
  JSON
}

run "a_cached_path_is_cached_by_all_its_parameters" {
  command = plan

  assert {
    condition = jsondecode(aws_api_gateway_rest_api.this.body).paths["/products/{sku}"].get["x-amazon-apigateway-integration"].cacheKeyParameters == [
      "method.request.path.sku", "method.request.querystring.currency",
    ]
    error_message = "Wanted sku and currency in the key of the cache."
  }

  assert {
    condition     = aws_api_gateway_method_settings.cached["/products/{sku}"].method_path == "~1products~1{sku}/GET"
    error_message = "API Gateway would not find the path."
  }

  assert {
    condition     = aws_api_gateway_stage.this.cache_cluster_enabled && aws_api_gateway_stage.this.cache_cluster_size == "0.5"
    error_message = "Wanted a cache of half a GB."
  }
}

run "what_is_not_named_is_not_cached" {
  command = plan

  assert {
    condition     = keys(aws_api_gateway_method_settings.cached) == ["/products/{sku}"]
    error_message = "Wanted one cached path, got ${join(", ", keys(aws_api_gateway_method_settings.cached))}."
  }

  assert {
    condition     = !can(jsondecode(aws_api_gateway_rest_api.this.body).paths["/health"].get["x-amazon-apigateway-integration"].cacheKeyParameters)
    error_message = "Wanted no key for /health."
  }
}

run "without_a_cache_there_is_none" {
  command = plan

  variables {
    cache = null
  }

  assert {
    condition     = !aws_api_gateway_stage.this.cache_cluster_enabled && length(aws_api_gateway_method_settings.cached) == 0
    error_message = "Wanted no cache."
  }
}

run "a_size_that_is_not_offered_is_refused" {
  command = plan

  variables {
    cache = { size_gb = 1, ttl_seconds = 60, paths = [] }
  }

  expect_failures = [var.cache]
}

run "a_path_that_is_not_there_is_refused" {
  command = plan

  variables {
    cache = { size_gb = 0.5, ttl_seconds = 60, paths = ["/product"] }
  }

  expect_failures = [var.cache]
}

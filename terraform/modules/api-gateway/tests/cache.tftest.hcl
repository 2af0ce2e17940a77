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
      },
      "/orders": {
        "get": {"responses": {}, "security": [{"customer": []}], "parameters": [{"in": "query", "name": "limit"}]},
        "post": {"responses": {}, "security": [{"customer": []}]}
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

# Where a stage has a cache, AWS may cache every GET. Either lock is enough; each is tested alone.
run "the_first_lock_keeps_no_answer_that_is_not_named" {
  command = plan

  assert {
    condition     = one(aws_api_gateway_method_settings.this.settings).cache_ttl_in_seconds == 0 && one(aws_api_gateway_method_settings.this.settings).caching_enabled == false
    error_message = "Wanted 0 seconds for all methods: without them the whole stage is cached for five minutes."
  }

  assert {
    condition     = one(aws_api_gateway_method_settings.cached["/products/{sku}"].settings).cache_ttl_in_seconds == 60
    error_message = "Wanted a minute for the cached path."
  }
}

run "the_second_lock_puts_the_token_into_the_key_of_whatever_asks_for_one" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for path, item in jsondecode(aws_api_gateway_rest_api.this.body).paths : [
        for method, operation in item :
        contains(operation["x-amazon-apigateway-integration"].cacheKeyParameters, "method.request.header.Authorization")
        if can(operation.security)
      ]
    ]))
    error_message = "One customer could be answered with another's orders."
  }

  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this.body).paths["/orders"].get["x-amazon-apigateway-integration"].cacheKeyParameters == ["method.request.querystring.limit", "method.request.header.Authorization"]
    error_message = "Wanted the token besides the parameters."
  }

  assert {
    condition     = contains([for parameter in jsondecode(aws_api_gateway_rest_api.this.body).paths["/orders"].get.parameters : "${parameter.in} ${parameter.name}"], "header Authorization")
    error_message = "API Gateway takes only parameters of the operation into a key."
  }
}

run "so_it_is_with_the_shops_own_definition" {
  command = plan

  variables {
    definition = file("../../../functions/checkout_api/openapi.json")
    cache      = { size_gb = 0.5, ttl_seconds = 60, paths = ["/products", "/products/{sku}"] }
  }

  assert {
    condition = toset(flatten([
      for path, item in jsondecode(aws_api_gateway_rest_api.this.body).paths : [
        for method, operation in item : "${method} ${path}"
        if try(contains(operation["x-amazon-apigateway-integration"].cacheKeyParameters, "method.request.header.Authorization"), false)
      ]
      ])) == toset(flatten([
      for path, item in jsondecode(var.definition).paths : [
        for method, operation in item : "${method} ${path}" if can(operation.security[0])
      ]
    ]))
    error_message = "Wanted the token in the key of every operation that asks for one, and of no other."
  }

  assert {
    condition     = contains([for path, item in jsondecode(aws_api_gateway_rest_api.this.body).paths : path if can(item.get["x-amazon-apigateway-integration"].cacheKeyParameters)], "/orders")
    error_message = "Wanted orders among them."
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

  assert {
    condition     = !can(jsondecode(aws_api_gateway_rest_api.this.body).paths["/orders"].post.parameters) && !can(jsondecode(aws_api_gateway_rest_api.this.body).paths["/orders"].get["x-amazon-apigateway-integration"].cacheKeyParameters)
    error_message = "Wanted the definition as it is."
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

locals {
  definition = jsondecode(var.definition)
  methods    = ["get", "put", "post", "patch", "delete", "head", "options"]

  # API Gateway resolves references to schemas, but not to responses. (A conditional would need both
  # to be of one type.)
  responses = {
    for path, item in local.definition.paths : path => {
      for method, operation in item : method => {
        for status, response in operation.responses :
        status => try(local.definition.components.responses[basename(response["$ref"])], response)
      }
      if contains(local.methods, method)
    }
  }

  # The OpenAPI file is also the API's documentation, so it says nothing about AWS.
  integration = {
    type                 = "aws_proxy"
    httpMethod           = "POST"
    uri                  = var.function.invoke_arn
    payloadFormatVersion = "1.0"
    timeoutInMillis      = var.timeout_ms
    passthroughBehavior  = "when_no_match"
  }

  paths = {
    for path, item in local.definition.paths : path => merge(item, {
      for method, operation in item :
      method => merge(operation, local.security[path][method], local.tokens[path][method], {
        responses                         = local.responses[path][method]
        "x-amazon-apigateway-integration" = merge(local.integration, local.cache_keys[path][method])
      })
      if contains(local.methods, method)
    })
  }

  body = jsonencode(merge(local.definition, {
    paths                                   = local.paths
    components                              = local.components
    "x-amazon-apigateway-gateway-responses" = local.gateway_responses
  }))
}

# The key comes on top of whatever else an operation asks for.
locals {
  security = {
    for path, item in local.definition.paths : path => {
      for method, operation in item : method => !var.api_key_required || contains(var.open_paths, path) ? {} : {
        security = [for wanted in lookup(operation, "security", [{}]) : merge(wanted, { api_key = [] })]
      }
      if contains(local.methods, method)
    }
  }

  given = lookup(local.definition, "components", {})
  schemes = merge(
    lookup(local.given, "securitySchemes", {}),
    var.api_key_required ? { api_key = { type = "apiKey", name = "x-api-key", in = "header" } } : {},
  )
  components = merge(local.given, { securitySchemes = local.schemes })
}

# Of a cached path, every parameter is part of the key: else all pages would be the first one.
#
# What only some may see must never be kept for others. Where a stage has a cache, AWS caches GET unless
# it is told otherwise, so there are two locks, and each is enough: the settings below keep an answer
# for 0 seconds, but of the cached paths; and the token is in the key of whatever asks for one.
locals {
  cached = toset(var.cache == null ? [] : var.cache.paths)
  places = { path = "path", query = "querystring", header = "header" }

  secured = {
    for path, item in local.definition.paths : path => {
      for method, operation in item : method => var.cache != null && length(lookup(operation, "security", lookup(local.definition, "security", []))) > 0
      if contains(local.methods, method)
    }
  }

  parameters = {
    for path, item in local.definition.paths : path => {
      for method, operation in item : method => concat(
        lookup(item, "parameters", []),
        lookup(operation, "parameters", []),
        local.secured[path][method] ? [local.token] : [],
      )
      if contains(local.methods, method)
    }
  }

  # A key is made of parameters only, so the token is one as well.
  token = { name = "Authorization", in = "header", schema = { type = "string" } }
  tokens = {
    for path, item in local.definition.paths : path => {
      for method, operation in item : method => !local.secured[path][method] ? {} : {
        parameters = concat(lookup(operation, "parameters", []), [local.token])
      }
      if contains(local.methods, method)
    }
  }

  cache_keys = {
    for path, item in local.definition.paths : path => {
      for method, operation in item : method => !local.secured[path][method] && !(contains(local.cached, path) && method == "get") ? {} : {
        cacheKeyParameters = [
          for parameter in local.parameters[path][method] :
          "method.request.${local.places[parameter.in]}.${parameter.name}"
        ]
      }
      if contains(local.methods, method)
    }
  }
}

# What API Gateway answers itself looks like what the function answers: problem details (RFC 9457).
locals {
  problems = {
    DEFAULT_4XX                  = { status = 400, code = "BAD_REQUEST", title = "Bad request" }
    DEFAULT_5XX                  = { status = 500, code = "INTERNAL", title = "Something went wrong" }
    MISSING_AUTHENTICATION_TOKEN = { status = 404, code = "NOT_FOUND", title = "No such path" }
    INVALID_API_KEY              = { status = 403, code = "API_KEY_REQUIRED", title = "This needs a valid API key" }
    WAF_FILTERED                 = { status = 403, code = "BLOCKED", title = "The firewall let this not through" }
    THROTTLED                    = { status = 429, code = "TOO_MANY_REQUESTS", title = "Too many requests" }
    REQUEST_TOO_LARGE            = { status = 413, code = "TOO_LARGE", title = "The request is too large" }
    INTEGRATION_TIMEOUT          = { status = 504, code = "TIMEOUT", title = "The shop took too long to answer" }
    INTEGRATION_FAILURE          = { status = 502, code = "UNAVAILABLE", title = "The shop did not answer" }
  }

  gateway_responses = {
    for name, problem in local.problems : name => {
      statusCode = problem.status
      responseParameters = {
        "gatewayresponse.header.Content-Type" = "'application/problem+json'"
      }
      responseTemplates = {
        "application/json" = jsonencode(merge(problem, {
          type     = "about:blank"
          detail   = problem.title
          instance = "urn:uuid:$context.requestId"
        }))
      }
    }
  }
}

resource "aws_api_gateway_rest_api" "this" {
  name        = var.name
  description = var.description
  body        = local.body

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id

  # A deployment is a snapshot: without this a changed body would never go live.
  triggers = {
    body = sha256(local.body)
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

# Who asked for what, and what came of it: no headers, so no tokens, nothing of a body, and the route in
# place of the path, into which anything may have been typed. No free text either, such as an error's
# message: API Gateway escapes nothing, and a quote would end the JSON.
locals {
  access_log = {
    requestId          = "$context.requestId"
    time               = "$context.requestTimeEpoch"
    ip                 = "$context.identity.sourceIp"
    method             = "$context.httpMethod"
    route              = "$context.resourcePath"
    status             = "$context.status"
    latency            = "$context.responseLatency"
    integrationLatency = "$context.integrationLatency"
    integrationStatus  = "$context.integration.status"
    functionStatus     = "$context.integration.integrationStatus"
    errorType          = "$context.error.responseType"
    bytes              = "$context.responseLength"
    traceId            = "$context.xrayTraceId"
  }
}

resource "aws_api_gateway_stage" "this" {
  #checkov:skip=CKV2_AWS_4:Its execution log would hold headers and bodies, and so tokens and addresses; the access log has neither
  #checkov:skip=CKV_AWS_120:Only the catalogue may be cached, and whether it is is the environment's choice
  #checkov:skip=CKV2_AWS_29:An environment puts the web ACL in front with modules/web-firewall
  #checkov:skip=CKV2_AWS_51:A client certificate shows an HTTP backend who calls; behind this stage is a function with a policy

  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this.id
  stage_name           = var.stage
  description          = "What customers call"
  xray_tracing_enabled = var.tracing

  cache_cluster_enabled = var.cache != null
  cache_cluster_size    = var.cache == null ? null : tostring(var.cache.size_gb)

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = jsonencode(local.access_log)
  }
}

resource "aws_api_gateway_method_settings" "this" {
  #checkov:skip=CKV_AWS_225:These are for all methods; a cache that answers one customer with another's order is worse than none

  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = var.method_metrics
    throttling_rate_limit  = var.throttling.rate
    throttling_burst_limit = var.throttling.burst

    # The provider sends no false when it creates them; 0 seconds it sends.
    caching_enabled      = false
    cache_ttl_in_seconds = 0
  }
}

resource "aws_api_gateway_method_settings" "cached" {
  for_each = local.cached

  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  # API Gateway writes the slashes of the resource's path as ~1.
  method_path = "${replace(each.key, "/", "~1")}/GET"

  settings {
    metrics_enabled        = var.method_metrics
    throttling_rate_limit  = var.throttling.rate
    throttling_burst_limit = var.throttling.burst

    caching_enabled      = true
    cache_ttl_in_seconds = var.cache.ttl_seconds
    cache_data_encrypted = true

    # Who asks for a fresh answer without being allowed to gets the cached one.
    require_authorization_for_cache_control    = true
    unauthorized_cache_control_header_strategy = "SUCCEED_WITHOUT_RESPONSE_HEADER"
  }

  # Both change the stage, and the one for all methods would take these back.
  depends_on = [aws_api_gateway_method_settings.this]
}

# The key itself is made outside: here its value would be in the state.
resource "aws_api_gateway_usage_plan" "storefront" {
  count = var.api_key_required ? 1 : 0

  name        = "${var.name}-storefront"
  description = "What the storefront may ask for"

  api_stages {
    api_id = aws_api_gateway_rest_api.this.id
    stage  = aws_api_gateway_stage.this.stage_name
  }

  throttle_settings {
    rate_limit  = var.throttling.rate
    burst_limit = var.throttling.burst
  }
}

resource "aws_lambda_permission" "this" {
  statement_id  = "AllowApi"
  action        = "lambda:InvokeFunction"
  function_name = var.function.name
  qualifier     = var.function.alias
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/${var.stage}/*/*"
}

locals {
  definition = jsondecode(var.definition)
  methods    = ["get", "put", "post", "patch", "delete", "head", "options"]

  # API Gateway resolves references to schemas, but not to responses.
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
      method => merge(operation, {
        responses                         = local.responses[path][method]
        "x-amazon-apigateway-integration" = local.integration
      })
      if contains(local.methods, method)
    })
  }

  body = jsonencode(merge(local.definition, {
    paths                                   = local.paths
    "x-amazon-apigateway-gateway-responses" = local.gateway_responses
  }))
}

# What API Gateway answers itself looks like what the function answers: problem details (RFC 9457).
locals {
  problems = {
    DEFAULT_4XX                  = { status = 400, code = "BAD_REQUEST", title = "Bad request" }
    DEFAULT_5XX                  = { status = 500, code = "INTERNAL", title = "Something went wrong" }
    MISSING_AUTHENTICATION_TOKEN = { status = 404, code = "NOT_FOUND", title = "No such path" }
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

resource "aws_api_gateway_stage" "this" {
  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this.id
  stage_name           = var.stage
  description          = "What customers call"
  xray_tracing_enabled = var.tracing
}

resource "aws_api_gateway_method_settings" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = true
    throttling_rate_limit  = var.throttling.rate
    throttling_burst_limit = var.throttling.burst
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

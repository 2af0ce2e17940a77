terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}
variable "step" {
  type        = number
  description = "1: all settings, 2: others, 3: as few as possible."
}
resource "aws_apigatewayv2_api" "a" {
  name                         = "api-${var.step}"
  protocol_type                = "HTTP"
  description                  = var.step == 1 ? "one" : null
  version                      = var.step == 1 ? "1" : null
  disable_execute_api_endpoint = var.step == 1
  tags                         = var.step == 1 ? { a = "1", b = "2" } : { b = "3" }
  dynamic "cors_configuration" {
    for_each = var.step < 3 ? [1] : []
    content {
      allow_origins     = var.step == 1 ? ["https://a.example"] : ["*"]
      allow_credentials = var.step == 1
      max_age           = var.step == 1 ? 5 : 0
    }
  }
}
resource "aws_apigatewayv2_integration" "i" {
  api_id               = aws_apigatewayv2_api.a.id
  integration_type     = "HTTP_PROXY"
  integration_method   = var.step == 1 ? "GET" : "ANY"
  integration_uri      = "https://example.com/${var.step}"
  description          = var.step == 1 ? "x" : null
  timeout_milliseconds = var.step == 1 ? 1000 : null
  request_parameters   = var.step == 1 ? { "append:header.a" = "1", "append:header.b" = "2" } : { "append:header.b" = "3" }
  dynamic "response_parameters" {
    for_each = var.step == 1 ? ["403", "404"] : ["404"]
    content {
      status_code = response_parameters.value
      mappings    = { "append:header.x" = "y", "overwrite:statuscode" = "410" }
    }
  }
  dynamic "tls_config" {
    for_each = var.step == 1 ? [1] : []
    content { server_name_to_verify = "example.com" }
  }
}
resource "aws_apigatewayv2_authorizer" "j" {
  api_id           = aws_apigatewayv2_api.a.id
  name             = "j-${var.step}"
  authorizer_type  = "JWT"
  identity_sources = var.step == 1 ? ["$request.header.Authorization"] : ["$request.querystring.token"]
  jwt_configuration {
    issuer   = "https://issuer.example"
    audience = ["a-${var.step}"]
  }
}
resource "aws_apigatewayv2_authorizer" "f" {
  api_id                            = aws_apigatewayv2_api.a.id
  name                              = "f"
  authorizer_type                   = "REQUEST"
  authorizer_uri                    = "arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-2:000000000000:function:x/invocations"
  authorizer_payload_format_version = var.step == 1 ? "2.0" : "1.0"
  enable_simple_responses           = var.step == 1
  authorizer_result_ttl_in_seconds  = var.step == 1 ? 0 : 300
  identity_sources                  = var.step == 1 ? [] : ["$request.header.X"]
}
resource "aws_apigatewayv2_route" "r" {
  api_id               = aws_apigatewayv2_api.a.id
  route_key            = "GET /${var.step}"
  target               = "integrations/${aws_apigatewayv2_integration.i.id}"
  authorization_type   = var.step == 1 ? "JWT" : (var.step == 2 ? "CUSTOM" : "NONE")
  authorizer_id        = var.step == 1 ? aws_apigatewayv2_authorizer.j.id : (var.step == 2 ? aws_apigatewayv2_authorizer.f.id : null)
  authorization_scopes = var.step == 1 ? ["a", "b"] : null
  operation_name       = var.step == 1 ? "op" : null
}
resource "aws_cloudwatch_log_group" "g" { name = "/http-apis" }
resource "aws_apigatewayv2_stage" "s" {
  api_id          = aws_apigatewayv2_api.a.id
  name            = "s"
  auto_deploy     = true
  description     = var.step == 1 ? "d" : null
  stage_variables = var.step == 1 ? { a = "1", b = "2" } : (var.step == 2 ? { b = "3" } : {})
  dynamic "access_log_settings" {
    for_each = var.step == 1 ? [1] : []
    content {
      destination_arn = aws_cloudwatch_log_group.g.arn
      format          = "$context.requestId"
    }
  }
  dynamic "default_route_settings" {
    for_each = var.step < 3 ? [1] : []
    content {
      throttling_burst_limit = 10 * var.step
      throttling_rate_limit  = 5 * var.step
    }
  }
  dynamic "route_settings" {
    for_each = var.step == 1 ? [aws_apigatewayv2_route.r.route_key] : []
    content {
      route_key              = route_settings.value
      throttling_burst_limit = 3
      throttling_rate_limit  = 3
    }
  }
  tags = { n = var.step }
}

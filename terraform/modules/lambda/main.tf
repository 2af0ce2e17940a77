resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

module "role" {
  source = "../execution-role"

  name        = var.name
  description = "What ${var.name} may do"
  service     = "lambda"
  account_id  = var.account_id
  kms_key_arn = var.kms_key_arn
  tracing     = var.tracing

  permissions_boundary_arn = var.permissions_boundary_arn

  permissions = concat(var.permissions, [{
    sid        = "WriteOwnLogs"
    actions    = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources  = ["${aws_cloudwatch_log_group.this.arn}:*"]
    conditions = []
  }])
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_116:Callers wait for the answer or have a dead-letter queue of their own (SQS, EventBridge)
  #checkov:skip=CKV_AWS_117:It calls AWS's APIs only, with TLS and its role; a VPC would add a way out to guard, not take one away
  #checkov:skip=CKV_AWS_173:Names and switches, no secrets; encrypted with AWS's key, or with the environment's where it has one
  #checkov:skip=CKV_AWS_272:The package is built by who deploys it; docs/threat-model.md says what that leaves open

  function_name    = var.name
  description      = var.description
  role             = module.role.role_arn
  s3_bucket        = var.package.bucket
  s3_key           = var.package.key
  source_code_hash = var.package.hash
  handler          = var.handler
  runtime          = var.runtime
  architectures    = [var.architecture]
  memory_size      = var.memory_mb
  timeout          = var.timeout_seconds
  layers           = var.layer_arns
  publish          = true
  kms_key_arn      = var.kms_key_arn

  # -1 is AWS's word for no limit.
  reserved_concurrent_executions = var.reserved_concurrency != null ? var.reserved_concurrency : -1

  environment {
    variables = var.environment
  }

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }

  # The first invocation would create a log group that never expires.
  depends_on = [aws_cloudwatch_log_group.this]
}

# What is live before this apply: Terraform has no memory of its own for "the version before".
data "aws_lambda_alias" "before" {
  count = var.canary_weight > 0 ? 1 : 0

  name          = "live"
  function_name = var.name
}

# Of calls that nobody waits for.
resource "aws_lambda_function_event_invoke_config" "this" {
  count = var.event_retries == null ? 0 : 1

  function_name          = aws_lambda_function.this.function_name
  qualifier              = aws_lambda_alias.live.name
  maximum_retry_attempts = var.event_retries
}

locals {
  newest = aws_lambda_function.this.version
  live   = var.canary_weight > 0 ? data.aws_lambda_alias.before[0].function_version : local.newest
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "The version that callers get"
  function_name    = aws_lambda_function.this.function_name
  function_version = local.live

  dynamic "routing_config" {
    for_each = local.live == local.newest ? [] : [local.newest]

    content {
      additional_version_weights = { (routing_config.value) = var.canary_weight }
    }
  }
}

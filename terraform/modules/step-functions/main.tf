resource "aws_cloudwatch_log_group" "this" {
  # Under this prefix AWS needs no entry in the log group's resource policy, which has a size limit.
  name              = "/aws/vendedlogs/states/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

module "role" {
  source = "../execution-role"

  name        = "${var.name}-workflow"
  description = "What the state machine ${var.name} may do"
  service     = "states"
  account_id  = var.account.id
  source_arn  = "arn:${var.account.partition}:states:${var.account.region}:${var.account.id}:stateMachine:${var.name}"
  permissions = var.permissions
  kms_key_arn = var.kms_key_arn
  tracing     = var.tracing

  permissions_boundary_arn = var.permissions_boundary_arn

  # https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html, and for the last two
  # https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html
  unscoped_actions = concat([
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
  ], var.tracing ? ["xray:GetSamplingRules", "xray:GetSamplingTargets"] : [])
}

resource "aws_sfn_state_machine" "this" {
  #checkov:skip=CKV_AWS_284:The environment decides; on in staging and prod
  #checkov:skip=CKV_AWS_285:It logs, but without the data: inputs hold what a customer typed

  name       = var.name
  type       = "STANDARD"
  role_arn   = module.role.role_arn
  definition = var.definition

  logging_configuration {
    level           = "ERROR"
    log_destination = "${aws_cloudwatch_log_group.this.arn}:*"
    # Inputs and outputs hold what a customer typed; it does not belong in a log.
    include_execution_data = false
  }

  dynamic "tracing_configuration" {
    for_each = var.tracing ? [true] : []

    content {
      enabled = true
    }
  }
}

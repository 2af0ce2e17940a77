# Whoever may open a pull request decides what its plan runs. So the role sees how things are set up
# and no customer's data, no message, no line of a log, and no secret.
data "aws_iam_policy_document" "no_data" {
  statement {
    sid    = "SeesNoData"
    effect = "Deny"
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:GetItem",
      "dynamodb:GetRecords",
      "dynamodb:PartiQLSelect",
      "dynamodb:Query",
      "dynamodb:Scan",
      "logs:FilterLogEvents",
      "logs:GetLogEvents",
      "logs:GetQueryResults",
      "logs:StartLiveTail",
      "logs:StartQuery",
      "secretsmanager:GetSecretValue",
      "sqs:ReceiveMessage",
      "states:DescribeExecution",
      "states:GetExecutionHistory",
      "xray:BatchGetTraces",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "SeesNoSecret"
    effect    = "Deny"
    actions   = ["ssm:GetParameter*"]
    resources = ["${local.here.ssm}:parameter/${var.name}/*/auth/secret"]
  }

  # A key's value is in all of these answers.
  statement {
    sid       = "SeesNoApiKey"
    effect    = "Deny"
    actions   = ["apigateway:GET"]
    resources = [for path in ["/apikeys", "/apikeys/*", "/usageplans/*/keys", "/usageplans/*/keys/*"] : "${local.apigateway}${path}"]
  }

  statement {
    sid           = "SeesNoObjectButStates"
    effect        = "Deny"
    actions       = ["s3:GetObject", "s3:GetObjectVersion"]
    not_resources = ["${var.state.bucket_arn}/*"]
  }
}

locals {
  # Where this account's resources of a service are: arn:aws:SERVICE:*:ACCOUNT
  here = {
    for service in ["backup", "cloudtrail", "cloudwatch", "dynamodb", "events", "kms", "lambda", "logs", "ses", "sns", "sqs", "ssm", "states", "wafv2"] :
    service => "arn:${data.aws_partition.current.partition}:${service}:*:${data.aws_caller_identity.current.account_id}"
  }
  iam = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}"
  s3  = "arn:${data.aws_partition.current.partition}:s3:::"
  # Without an account: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html
  apigateway = "arn:${data.aws_partition.current.partition}:apigateway:*::"

  # Everything of an environment carries its name.
  owned = {
    for name in var.environments : name => [
      "${local.here.backup}:backup-vault:${var.name}-${name}*",
      "${local.here.cloudtrail}:trail/${var.name}-${name}",
      "${local.here.cloudwatch}:alarm:${var.name}-${name}-*",
      "arn:${data.aws_partition.current.partition}:cloudwatch::${data.aws_caller_identity.current.account_id}:dashboard/${var.name}-${name}*",
      "${local.here.dynamodb}:table/${var.table_prefix}*-${name}",
      "${local.here.dynamodb}:table/${var.table_prefix}*-${name}/*",
      "${local.here.events}:event-bus/${var.name}-${name}",
      "${local.here.events}:rule/${var.name}-${name}*",
      "${local.here.lambda}:function:${var.name}-${name}-*",
      "${local.here.logs}:log-group:*${var.name}-${name}*",
      "${local.here.sns}:${var.name}-${name}-*",
      "${local.here.sqs}:${var.name}-${name}-*",
      "${local.here.ssm}:parameter/${var.name}/${name}/*",
      "${local.here.states}:stateMachine:${var.name}-${name}",
      "${local.here.wafv2}:regional/webacl/${var.name}-${name}/*",
      "${local.s3}${var.name}-${name}-*",
    ]
  }
}

data "aws_iam_policy_document" "deploy" {
  #checkov:skip=CKV_AWS_109:It deploys roles and keys, but only those that carry the environment's name or tag
  #checkov:skip=CKV_AWS_111:What AWS gives an id of its own choice has no name that could be asked for
  #checkov:skip=CKV_AWS_356:What AWS gives an id of its own choice has no name that could be asked for

  for_each = var.environments

  statement {
    sid = "ManageWhatIsNamedAfterIt"
    actions = [
      "backup:*",
      "cloudtrail:*",
      "cloudwatch:*",
      "dynamodb:*",
      "events:*",
      "lambda:*",
      "logs:*",
      "s3:*",
      "sns:*",
      "sqs:*",
      "ssm:*",
      "states:*",
      "wafv2:*",
    ]
    resources = local.owned[each.key]
  }

  # These have ids that AWS chooses, or no permissions for single resources.
  statement {
    sid = "ManageWhatHasNoNameInItsArn"
    actions = [
      "apigateway:*",
      "backup:*BackupPlan*",
      "backup:*BackupSelection*",
      "backup-storage:MountCapsule",
      "budgets:*",
      "cloudwatch:*CompositeAlarm*",
      "kms:CreateKey",
      "kms:*Alias*",
      "kms:List*",
      "lambda:*EventSourceMapping*",
      "logs:*LogDelivery*",
      "logs:*QueryDefinition*",
      "logs:*ResourcePolic*",
      "ses:*Identit*",
      "wafv2:*LoggingConfiguration",
      "wafv2:*WebACL*",
      "xray:*Group*",
    ]
    resources = ["*"]
  }

  # A new key has no tag yet; one of another environment has, and cannot be made ours.
  statement {
    sid       = "TagItsKey"
    actions   = ["kms:TagResource"]
    resources = ["${local.here.kms}:key/*"]

    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:ResourceTag/Environment"
      values   = [each.key]
    }
  }

  statement {
    sid       = "ManageItsKey"
    actions   = ["kms:*"]
    resources = ["${local.here.kms}:key/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Environment"
      values   = [each.key]
    }
  }

  statement {
    sid = "ManageItsRoles"
    actions = [
      "iam:CreateRole",
      "iam:DeleteRole",
      "iam:DeleteRolePolicy",
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:ListAttachedRolePolicies",
      "iam:ListInstanceProfilesForRole",
      "iam:ListRolePolicies",
      "iam:PutRolePolicy",
      "iam:TagRole",
      "iam:UntagRole",
      "iam:UpdateAssumeRolePolicy",
      "iam:UpdateRole",
      "iam:UpdateRoleDescription",
    ]
    resources = ["${local.iam}:role/${var.name}-${each.key}-*"]
  }

  statement {
    sid       = "HandOutItsRoles"
    actions   = ["iam:PassRole"]
    resources = ["${local.iam}:role/${var.name}-${each.key}-*"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = [for service in ["apigateway", "backup", "events", "lambda", "states"] : "${service}.amazonaws.com"]
    }
  }

  statement {
    sid = "LookAround"
    actions = [
      "cloudwatch:Describe*",
      "dynamodb:List*",
      "lambda:List*",
      "logs:Describe*",
      "s3:ListAllMyBuckets",
      "sns:ListSubscriptions*",
      "ssm:DescribeParameters",
      "states:List*",
      "states:ValidateStateMachineDefinition",
      "tag:GetResources",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "KeepItsState"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["${var.state.bucket_arn}/${each.key}/*"]
  }

  statement {
    sid       = "FindItsState"
    actions   = ["s3:ListBucket", "s3:GetBucketVersioning"]
    resources = [var.state.bucket_arn]
  }

  statement {
    sid       = "LockItsState"
    actions   = ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"]
    resources = [var.state.table_arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["${regex("[^:]+$", var.state.bucket_arn)}/${each.key}/*"]
    }
  }
}

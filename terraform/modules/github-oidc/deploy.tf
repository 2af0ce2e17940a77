# What a role that deploys may do: everything to what carries its environment's name or tag, and to
# the rest nothing. The tag is Stack, as in checkout-prod: others may have an Environment called prod, too.
# Where AWS takes neither a name nor a tag, the statement says so.

data "aws_iam_policy_document" "deploy" {
  #checkov:skip=CKV_AWS_109:It deploys roles and keys, but only those that carry the environment's name or tag
  #checkov:skip=CKV_AWS_111:What AWS gives an id of its own choice has no name that could be asked for
  #checkov:skip=CKV_AWS_356:What AWS gives an id of its own choice has no name that could be asked for

  for_each = var.environments

  statement {
    sid = "ManageWhatIsNamedAfterIt"
    actions = [
      "backup:*",
      "budgets:*",
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
    resources = concat(
      flatten([for table in local.tables[each.key] : [table, "${table}/*"]]),
      flatten([for group in local.log_groups[each.key] : [group, "${group}:*"]]),
      flatten([for bucket in [local.code[each.key], local.records[each.key]] : [bucket, "${bucket}/*"]]),
      local.rules[each.key],
      [
        local.alarms[each.key],
        local.budgets[each.key],
        local.buses[each.key],
        local.dashboards[each.key],
        local.executions[each.key],
        local.firewalls[each.key],
        local.functions[each.key],
        local.machines[each.key],
        "${local.machines[each.key]}:*",
        "${local.parameters[each.key]}/*",
        local.queues[each.key],
        local.topics[each.key],
        local.trails[each.key],
        local.vaults[each.key],
      ],
    )
  }

  # The trail is there to tell who looked at customers' data, and whoever deploys could be one of them.
  statement {
    sid    = "TouchNoRecord"
    effect = "Deny"
    actions = [
      "s3:DeleteObject*",
      "s3:GetObject*",
      "s3:PutObject*",
    ]
    resources = ["${local.records[each.key]}/*"]
  }

  # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html:
  # what belongs to an API or a usage plan inherits its tags.
  statement {
    sid       = "CreateItsApi"
    actions   = ["apigateway:POST"]
    resources = [for path in ["apikeys", "restapis", "usageplans"] : "${local.apigateway}/${path}"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Stack"
      values   = [local.prefix[each.key]]
    }
  }

  statement {
    sid       = "ManageItsApi"
    actions   = ["apigateway:*"]
    resources = [for path in ["apikeys", "restapis", "usageplans"] : "${local.apigateway}/${path}/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Stack"
      values   = [local.prefix[each.key]]
    }
  }

  # A new one has no tag yet; one of another environment has, and cannot be made ours.
  statement {
    sid       = "TagItsApi"
    actions   = ["apigateway:PUT"]
    resources = ["${local.apigateway}/tags/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Stack"
      values   = [local.prefix[each.key]]
    }

    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:ResourceTag/Stack"
      values   = [local.prefix[each.key]]
    }
  }

  # Without the rules of AWS itself a web ACL cannot be made, without the stage it protects nothing.
  statement {
    sid     = "ProtectItsApi"
    actions = ["wafv2:*WebACL*"]
    resources = [
      "arn:${local.partition}:wafv2:*:*:regional/managedruleset/*",
      local.stages[each.key],
    ]
  }

  statement {
    sid = "MapItsQueues"
    actions = [
      "lambda:CreateEventSourceMapping",
      "lambda:DeleteEventSourceMapping",
      "lambda:UpdateEventSourceMapping",
    ]
    resources = ["*"]

    condition {
      test     = "ArnLike"
      variable = "lambda:FunctionArn"
      values   = [local.functions[each.key]]
    }
  }

  statement {
    sid       = "CreateWhatItCanTag"
    actions   = ["backup:CreateBackupPlan", "kms:CreateKey"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Stack"
      values   = [local.prefix[each.key]]
    }
  }

  statement {
    sid     = "TagWhatItCreates"
    actions = ["backup:TagResource", "kms:TagResource", "lambda:TagResource"]
    resources = [
      "${local.here.backup}:backup-plan:*",
      "${local.here.kms}:key/*",
      "${local.here.lambda}:event-source-mapping:*",
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Stack"
      values   = [local.prefix[each.key]]
    }

    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:ResourceTag/Stack"
      values   = [local.prefix[each.key]]
    }
  }

  statement {
    sid     = "ManageWhatIsTagged"
    actions = ["backup:*", "kms:*", "lambda:ListTags", "lambda:UntagResource"]
    resources = [
      "${local.here.backup}:backup-plan:*",
      "${local.here.kms}:key/*",
      "${local.here.lambda}:event-source-mapping:*",
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Stack"
      values   = [local.prefix[each.key]]
    }
  }

  statement {
    sid       = "NameItsKey"
    actions   = ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"]
    resources = [for end in ["", "-topics"] : "${local.here.kms}:alias/${local.prefix[each.key]}${end}"]
  }

  # AWS knows no resources for these, or takes no narrower one: anybody's can be changed with them.
  statement {
    sid = "ChangeWhatHasNoArn"
    actions = [
      "backup-storage:MountCapsule",
      "cloudwatch:PutCompositeAlarm", # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
      "logs:CreateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:DeleteQueryDefinition",
      "logs:PutQueryDefinition",
      "logs:PutResourcePolicy",
      "logs:UpdateLogDelivery",
      "ses:DeleteIdentity",
      "ses:VerifyEmailIdentity",
      "sns:SetSubscriptionAttributes", # AWS's table names the topic, but does not require it
      "sns:Unsubscribe",
    ]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = length(var.environments) > 1 ? [setsubtract(var.environments, [each.key])] : []

    content {
      sid       = "LeaveWhatIsNamedAfterOthers"
      effect    = "Deny"
      actions   = ["cloudwatch:PutCompositeAlarm", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"]
      resources = flatten([for name in statement.value : [local.alarms[name], local.topics[name]]])
    }
  }

  # Whoever names a layer in a function must be allowed to read it; this one is in AWS's accounts.
  statement {
    sid       = "NameLayer"
    actions   = ["lambda:GetLayerVersion"]
    resources = ["arn:${local.partition}:lambda:*:*:layer:AWSOpenTelemetryDistroPython:*"]
  }

  statement {
    sid = "LookAround"
    actions = [
      "cloudtrail:DescribeTrails",
      "cloudtrail:ListTrails",
      "cloudwatch:DescribeAlarms",
      "cloudwatch:ListDashboards",
      "dynamodb:ListBackups",
      "dynamodb:ListTables",
      "kms:ListAliases",
      "lambda:GetEventSourceMapping", # also of one that is deleted and so has no function any more
      "lambda:ListEventSourceMappings",
      "lambda:ListFunctions",
      "logs:Describe*",
      "logs:GetLogDelivery",
      "logs:ListLogDeliveries",
      "s3:ListAllMyBuckets",
      "ses:GetIdentityVerificationAttributes",
      "ses:ListIdentities",
      "sns:GetSubscriptionAttributes",
      "sns:ListSubscriptions",
      "sns:ListTopics",
      "ssm:DescribeParameters",
      "states:ListStateMachines",
      "states:ValidateStateMachineDefinition",
      "tag:GetResources",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "FindItsApi"
    actions   = ["apigateway:GET"]
    resources = [for path in ["apikeys", "restapis", "tags/*", "usageplans"] : "${local.apigateway}/${path}"]
  }

  # The boundary is what keeps such a role from more than the environment.
  statement {
    sid = "MakeItsRolesWithinTheBoundary"
    actions = [
      "iam:CreateRole",
      "iam:PutRolePermissionsBoundary",
      "iam:PutRolePolicy",
      "iam:UpdateAssumeRolePolicy",
    ]
    resources = [local.roles[each.key]]

    condition {
      test     = "StringEquals"
      variable = "iam:PermissionsBoundary"
      values   = [local.boundaries[each.key]]
    }
  }

  statement {
    sid       = "AttachWhatBackupsNeed"
    actions   = ["iam:AttachRolePolicy"]
    resources = [local.roles[each.key]]

    condition {
      test     = "StringEquals"
      variable = "iam:PermissionsBoundary"
      values   = [local.boundaries[each.key]]
    }

    condition {
      test     = "ArnEquals"
      variable = "iam:PolicyARN"
      values   = local.attachable
    }
  }

  statement {
    sid = "ManageItsRoles"
    actions = [
      "iam:DeleteRole",
      "iam:DeleteRolePolicy",
      "iam:DetachRolePolicy",
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:ListAttachedRolePolicies",
      "iam:ListInstanceProfilesForRole",
      "iam:ListRolePolicies",
      "iam:ListRoleTags",
      "iam:TagRole",
      "iam:UntagRole",
      "iam:UpdateRole",
      "iam:UpdateRoleDescription",
    ]
    resources = [local.roles[each.key]]
  }

  statement {
    sid       = "HandOutItsRoles"
    actions   = ["iam:PassRole"]
    resources = [local.roles[each.key]]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = [for service in ["backup", "events", "lambda", "states"] : "${service}.amazonaws.com"]
    }
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

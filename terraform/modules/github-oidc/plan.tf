# Whoever may open a pull request decides what its plan runs. So the role sees how the environments are
# set up: what Terraform reads of the resources of modules/checkout, and nothing else in the account.
# No customer's data, no message, no line of a log, no API key, and no setting that Terraform does not write.

data "aws_iam_policy_document" "plan" {
  #checkov:skip=CKV_AWS_356:It reads only, and what AWS gives an id of its own choice has no name that could be asked for

  statement {
    sid = "SeeWhatIsNamedAfterThem"
    actions = [
      "backup:DescribeBackupVault",
      "backup:ListTags",
      "budgets:ListTagsForResource",
      "budgets:ViewBudget",
      "cloudtrail:GetEventSelectors",
      "cloudtrail:GetInsightSelectors",
      "cloudtrail:GetTrail*",
      "cloudtrail:ListTags",
      "cloudwatch:GetDashboard",
      "cloudwatch:ListTagsForResource",
      "dynamodb:Describe*",
      "dynamodb:GetResourcePolicy",
      "dynamodb:ListTagsOfResource",
      "events:Describe*",
      "events:List*",
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:ListAttachedRolePolicies",
      "iam:ListRolePolicies",
      "iam:ListRoleTags",
      "lambda:Get*",
      "lambda:List*",
      "logs:ListTags*",
      "s3:Get*Configuration",
      "s3:GetBucket*",
      "s3:ListBucket",
      "s3:ListTagsForResource",
      "sns:GetTopicAttributes",
      "sns:ListTagsForResource",
      "sqs:GetQueue*",
      "sqs:ListQueueTags",
      "states:DescribeStateMachine*",
      "states:ListStateMachineVersions",
      "states:ListTagsForResource",
      "wafv2:Get*",
      "wafv2:ListTagsForResource",
    ]
    resources = flatten([
      for name in var.environments : concat(
        local.log_groups[name],
        local.rules[name],
        local.tables[name],
        [
          local.alarms[name],
          local.budgets[name],
          local.buses[name],
          local.code[name],
          local.dashboards[name],
          local.firewalls[name],
          local.functions[name],
          local.machines[name],
          local.queues[name],
          local.records[name],
          local.roles[name],
          local.stages[name],
          local.topics[name],
          local.trails[name],
          local.vaults[name],
        ],
      )
    ])
  }

  # The code is in git, and a state holds no secret.
  statement {
    sid       = "ReadStatesAndCode"
    actions   = ["s3:GetObject", "s3:GetObjectAttributes", "s3:GetObjectTagging"]
    resources = flatten([for name in var.environments : ["${local.code[name]}/*", "${var.state.bucket_arn}/${name}/*"]])
  }

  statement {
    sid       = "FindStates"
    actions   = ["s3:ListBucket"]
    resources = [var.state.bucket_arn]
  }

  # By name, not below a path: beside them is what a payment gateway needs to know, such as its
  # provider's secret. GetParametersByPath asks for the path alone, so it is not allowed at all.
  statement {
    sid       = "ReadSettings"
    actions   = ["ssm:GetParameter", "ssm:GetParameters", "ssm:ListTagsForResource"]
    resources = [for setting in var.settings : "${local.here.ssm}:parameter/${var.name}/*/${setting}"]
  }

  # Settings and the variables of functions are shown only to who may decrypt them.
  statement {
    sid       = "DecryptWhatItReads"
    actions   = ["kms:Decrypt"]
    resources = ["${local.here.kms}:key/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Stack"
      values   = values(local.prefix)
    }

    condition {
      test     = "StringLike"
      variable = "kms:ViaService"
      values   = [for service in ["lambda", "s3", "ssm"] : "${service}.*.amazonaws.com"]
    }
  }

  statement {
    sid = "SeeWhatIsTagged"
    actions = [
      "apigateway:GET",
      "backup:GetBackup*",
      "backup:ListTags",
      "kms:DescribeKey",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListResourceTags",
      "lambda:ListTags",
    ]
    resources = concat(
      [for path in ["restapis/*", "usageplans/*"] : "${local.apigateway}/${path}"],
      ["${local.here.backup}:backup-plan:*", "${local.here.kms}:key/*", "${local.here.lambda}:event-source-mapping:*"],
    )

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Stack"
      values   = values(local.prefix)
    }
  }

  # A key's value is in all of these answers.
  statement {
    sid       = "SeeNoApiKey"
    effect    = "Deny"
    actions   = ["apigateway:GET"]
    resources = [for path in ["/apikeys", "/apikeys/*", "/usageplans/*/keys", "/usageplans/*/keys/*"] : "${local.apigateway}${path}"]
  }

  statement {
    sid       = "SeeItsQueuesMapped"
    actions   = ["lambda:GetEventSourceMapping"]
    resources = ["*"]

    condition {
      test     = "ArnLike"
      variable = "lambda:FunctionArn"
      values   = values(local.functions)
    }
  }

  # AWS knows no resources for these.
  statement {
    sid = "LookAround"
    actions = [
      "cloudtrail:DescribeTrails",
      "cloudwatch:DescribeAlarms",
      "kms:ListAliases",
      "lambda:ListFunctions",
      "logs:DescribeLogGroups",
      "logs:DescribeQueryDefinitions",
      "ses:GetIdentityVerificationAttributes",
      "sns:GetSubscriptionAttributes",
      "ssm:DescribeParameters",
      "states:ValidateStateMachineDefinition",
    ]
    resources = ["*"]
  }
}

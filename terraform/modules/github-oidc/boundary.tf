# A role that deploys writes the policies of the functions' roles. Without a limit it could make one
# that may do more than itself: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
# So every role that it makes has this policy as its permissions boundary, and can do nothing beside it,
# whatever its own policy says. What a function of yours calls besides, such as a secret, is added here.

data "aws_iam_policy_document" "boundary" {
  #checkov:skip=CKV_AWS_108:It limits what other policies allow, and allows nothing itself
  #checkov:skip=CKV_AWS_111:It limits what other policies allow, and allows nothing itself
  #checkov:skip=CKV_AWS_356:It limits what other policies allow, and allows nothing itself

  for_each = var.environments

  statement {
    sid = "UseWhatIsNamedAfterIt"
    actions = [
      "dynamodb:*",
      "events:PutEvents",
      "lambda:InvokeFunction",
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "sns:Publish",
      "sqs:*Message*",
      "sqs:GetQueue*",
      "ssm:GetParameter*",
      "states:DescribeExecution",
      "states:StartExecution",
    ]
    resources = concat(
      flatten([for table in local.tables[each.key] : [table, "${table}/*", "${table}-*"]]),
      [for group in local.log_groups[each.key] : "${group}:*"],
      [
        local.buses[each.key],
        local.executions[each.key],
        local.functions[each.key],
        local.machines[each.key],
        local.parameters[each.key],
        "${local.parameters[each.key]}/*",
        local.queues[each.key],
        local.topics[each.key],
      ],
    )
  }

  # From which address is for the role's own policy to say.
  statement {
    sid       = "SendMail"
    actions   = ["ses:SendEmail", "ses:SendRawEmail"]
    resources = ["${local.here.ses}:identity/*"]
  }

  statement {
    sid       = "UseItsKey"
    actions   = ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"]
    resources = ["${local.here.kms}:key/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Stack"
      values   = [local.prefix[each.key]]
    }
  }

  statement {
    sid       = "CopyToAnyVault"
    actions   = ["backup:CopyFromBackupVault", "backup:CopyIntoBackupVault", "backup:DescribeBackupVault", "backup:StartCopyJob"]
    resources = ["${local.here.backup}:backup-vault:*"]
  }

  # What these act on has no ARN.
  statement {
    sid = "ActionsWithoutResources"
    actions = [
      "logs:*LogDelivery",
      "logs:DescribeLogGroups",
      "logs:DescribeResourcePolicies",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "tag:GetResources",
      "xray:GetSampling*",
      "xray:Put*",
    ]
    resources = ["*"]
  }
}

locals {
  # Characters without whitespace, in all inline policies of a role and in a managed policy:
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  most_of_a_role   = 10240
  most_of_a_policy = 6144
  smaller          = "It names each table and setting: choose a shorter name or table_prefix, or give a part of the shop an account and pipelines of its own."

  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id

  # Where this account's resources of a service are: arn:aws:SERVICE:*:ACCOUNT
  here = {
    for service in ["backup", "cloudtrail", "cloudwatch", "cognito-idp", "dynamodb", "events", "kms", "lambda", "logs", "ses", "sns", "sqs", "ssm", "states", "wafv2"] :
    service => "arn:${local.partition}:${service}:*:${local.account}"
  }
  # Without a region.
  everywhere = {
    for service in ["budgets", "cloudfront", "cloudwatch", "iam"] : service => "arn:${local.partition}:${service}::${local.account}"
  }
  # Without an account: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html
  apigateway = "arn:${local.partition}:apigateway:*::"

  prefix     = { for name in var.environments : name => "${var.name}-${name}" }
  roles      = { for name, prefix in local.prefix : name => "${local.everywhere.iam}:role/${prefix}-*" }
  boundaries = { for name in var.environments : name => "${local.everywhere.iam}:policy/${local.boundary_names[name]}" }
  boundary_names = {
    for name in var.environments : name => "${var.name}-pipeline-boundary-${name}"
  }

  # What AWS Backup needs to copy and restore tables.
  attachable = [
    for work in ["Backup", "Restores"] : "arn:${local.partition}:iam::aws:policy/service-role/AWSBackupServiceRolePolicyFor${work}"
  ]

  # What is named after an environment, by service. Nothing here matches what is named after another.
  tables     = { for name in var.environments : name => [for table in var.tables : "${local.here.dynamodb}:table/${var.table_prefix}${table}-${name}"] }
  functions  = { for name, prefix in local.prefix : name => "${local.here.lambda}:function:${prefix}-*" }
  queues     = { for name, prefix in local.prefix : name => "${local.here.sqs}:${prefix}-*" }
  topics     = { for name, prefix in local.prefix : name => "${local.here.sns}:${prefix}-*" }
  buses      = { for name, prefix in local.prefix : name => "${local.here.events}:event-bus/${prefix}" }
  rules      = { for name, prefix in local.prefix : name => [for place in [prefix, "${prefix}/${prefix}"] : "${local.here.events}:rule/${place}-*"] }
  parameters = { for name in var.environments : name => "${local.here.ssm}:parameter/${var.name}/${name}" }
  machines   = { for name, prefix in local.prefix : name => "${local.here.states}:stateMachine:${prefix}" }
  executions = { for name, prefix in local.prefix : name => "${local.here.states}:execution:${prefix}:*" }
  alarms     = { for name, prefix in local.prefix : name => "${local.here.cloudwatch}:alarm:${prefix}-*" }
  dashboards = { for name, prefix in local.prefix : name => "${local.everywhere.cloudwatch}:dashboard/${prefix}" }
  vaults     = { for name, prefix in local.prefix : name => "${local.here.backup}:backup-vault:${prefix}" }
  trails     = { for name, prefix in local.prefix : name => "${local.here.cloudtrail}:trail/${prefix}" }
  budgets    = { for name, prefix in local.prefix : name => "${local.everywhere.budgets}:budget/${prefix}" }
  firewalls  = { for name, prefix in local.prefix : name => "${local.here.wafv2}:regional/webacl/${prefix}/*" }
  stages     = { for name in var.environments : name => "${local.apigateway}/restapis/*/stages/${name}" }
  code       = { for name, prefix in local.prefix : name => "arn:${local.partition}:s3:::${prefix}-code-${local.account}" }
  records    = { for name, prefix in local.prefix : name => "arn:${local.partition}:s3:::${prefix}-trail-${local.account}" }
  pages = {
    for name, prefix in local.prefix : name => [
      for end in ["", "-logs"] : "arn:${local.partition}:s3:::${prefix}-storefront-${local.account}${end}"
    ]
  }
  log_groups = {
    for name, prefix in local.prefix : name => [
      for group in ["/aws/lambda/${prefix}-*", "/aws/apigateway/${prefix}", "/aws/vendedlogs/states/${prefix}", "aws-waf-logs-${prefix}"] :
      "${local.here.logs}:log-group:${group}"
    ]
  }
}

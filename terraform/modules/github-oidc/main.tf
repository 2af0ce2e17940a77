# GitHub vouches for its pipelines with short-lived tokens (OpenID Connect): no key of AWS is stored
# there. https://docs.github.com/actions/concepts/security/openid-connect
#   main.tf      who gets which role
#   plan.tf      what the role that plans may read
#   deploy.tf    what a role that deploys may do
#   boundary.tf  the most that a role may do which it makes

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.provider_arn == null ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = [local.audience]
}

locals {
  issuer       = "token.actions.githubusercontent.com"
  audience     = "sts.amazonaws.com"
  provider_arn = var.provider_arn != null ? var.provider_arn : aws_iam_openid_connect_provider.github[0].arn

  # A job of an environment is known by it alone: GitHub lets it start only once the environment's
  # rules (reviewers, branches) are met.
  plan_subjects   = ["repo:${var.repository}:pull_request", "repo:${var.repository}:ref:refs/heads/${var.branch}"]
  deploy_subjects = { for name in var.environments : name => ["repo:${var.repository}:environment:${name}"] }
}

data "aws_iam_policy_document" "trust" {
  for_each = merge(local.deploy_subjects, { plan = local.plan_subjects })

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.provider_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = [local.audience]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = each.value
    }
  }
}

resource "aws_iam_role" "plan" {
  name                 = "${var.name}-pipeline-plan"
  description          = "Plans the environments from ${var.repository}, pull requests included"
  assume_role_policy   = data.aws_iam_policy_document.trust["plan"].json
  max_session_duration = 3600
}

resource "aws_iam_role_policy" "plan" {
  name   = "plan"
  role   = aws_iam_role.plan.id
  policy = data.aws_iam_policy_document.plan.json

  lifecycle {
    precondition {
      condition     = length(data.aws_iam_policy_document.plan.minified_json) <= local.most_of_a_role
      error_message = "The policy of the role plan would have ${length(data.aws_iam_policy_document.plan.minified_json)} characters, and IAM takes ${local.most_of_a_role}. ${local.smaller}"
    }
  }
}

resource "aws_iam_role" "deploy" {
  for_each = var.environments

  name                 = "${var.name}-pipeline-deploy-${each.key}"
  description          = "Deploys ${each.key} from ${var.repository}"
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  max_session_duration = 3600
}

resource "aws_iam_role_policy" "deploy" {
  for_each = var.environments

  name   = "deploy"
  role   = aws_iam_role.deploy[each.key].id
  policy = data.aws_iam_policy_document.deploy[each.key].json

  lifecycle {
    precondition {
      condition     = length(data.aws_iam_policy_document.deploy[each.key].minified_json) <= local.most_of_a_role
      error_message = "The policy of the role deploy-${each.key} would have ${length(data.aws_iam_policy_document.deploy[each.key].minified_json)} characters, and IAM takes ${local.most_of_a_role}. ${local.smaller}"
    }
  }
}

resource "aws_iam_policy" "boundary" {
  for_each = var.environments

  name        = local.boundary_names[each.key]
  description = "The most that a role of ${each.key} may do which a pipeline made"
  policy      = data.aws_iam_policy_document.boundary[each.key].json

  lifecycle {
    precondition {
      condition     = length(data.aws_iam_policy_document.boundary[each.key].minified_json) <= local.most_of_a_policy
      error_message = "The policy ${local.boundary_names[each.key]} would have ${length(data.aws_iam_policy_document.boundary[each.key].minified_json)} characters, and IAM takes ${local.most_of_a_policy}. ${local.smaller}"
    }
  }
}

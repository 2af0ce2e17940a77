# Who gets which role, and what is refused.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  name         = "checkout"
  table_prefix = ""
  repository   = "acme/shop"
  environments = ["staging", "prod"]
  tables       = ["orders"]
  settings     = ["pricing/tax"]
  state = {
    bucket_arn = "arn:aws:s3:::states-of-acme"
    table_arn  = "arn:aws:dynamodb:us-east-2:123456789012:table/locks"
  }
}

run "a_role_is_had_only_by_the_pipelines_of_one_repository" {
  command = plan

  variables {
    provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "The account's provider was to be taken."
  }

  assert {
    condition = toset(flatten([
      for condition in data.aws_iam_policy_document.trust["plan"].statement[0].condition : condition.values
      if condition.variable == "token.actions.githubusercontent.com:sub"
    ])) == toset(["repo:acme/shop:pull_request", "repo:acme/shop:ref:refs/heads/main"])
    error_message = "The role that plans was to be for pull requests and main."
  }

  assert {
    condition = flatten([
      for condition in data.aws_iam_policy_document.trust["prod"].statement[0].condition : condition.values
      if condition.variable == "token.actions.githubusercontent.com:sub"
    ]) == ["repo:acme/shop:environment:prod"]
    error_message = "The role that deploys prod was to be for jobs of prod only."
  }

  assert {
    condition = alltrue([
      for trust in data.aws_iam_policy_document.trust :
      alltrue([for condition in trust.statement[0].condition : condition.test == "StringEquals"])
    ])
    error_message = "Who gets a role was to be said exactly."
  }
}

run "an_account_gets_a_provider_and_a_role_for_each_environment" {
  command = plan

  override_resource {
    target          = aws_iam_openid_connect_provider.github
    override_during = plan
    values          = { arn = "arn:aws:iam::123456789012:oidc-provider/made" }
  }

  assert {
    condition     = aws_iam_openid_connect_provider.github[0].client_id_list == toset(["sts.amazonaws.com"])
    error_message = "The provider was to vouch to STS only."
  }

  assert {
    condition     = toset(keys(aws_iam_role.deploy)) == toset(["staging", "prod"])
    error_message = "Wanted a role for each environment."
  }
}

run "a_role_that_deploys_keeps_to_its_environment" {
  command = plan

  variables {
    provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.deploy["prod"].statement : alltrue([
        for arn in statement.resources : !strcontains(arn, "staging")
      ]) if statement.effect != "Deny"
    ])
    error_message = "Something of another environment is owned by prod."
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.deploy["prod"].statement : anytrue([
        for condition in statement.condition : condition.variable == "iam:PermissionsBoundary" && contains(condition.values, local.boundaries["prod"])
      ]) if length(setintersection(statement.actions, ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"])) > 0
    ])
    error_message = "A role that is made without the boundary could do more than who makes it."
  }

  assert {
    condition     = output.boundary_names == { staging = "checkout-pipeline-boundary-staging", prod = "checkout-pipeline-boundary-prod" }
    error_message = "Got ${jsonencode(output.boundary_names)}."
  }
}

run "without_others_there_is_nobody_to_leave_alone" {
  command = plan

  variables {
    environments = ["prod"]
  }

  assert {
    condition     = !contains(data.aws_iam_policy_document.deploy["prod"].statement[*].sid, "LeaveWhatIsNamedAfterOthers")
    error_message = "Wanted no statement about others."
  }
}

run "a_table_is_named_and_no_pattern" {
  command = plan

  variables {
    tables = ["*"]
  }

  expect_failures = [var.tables]
}

run "a_setting_is_named_and_no_pattern" {
  command = plan

  variables {
    settings = ["auth/*"]
  }

  expect_failures = [var.settings]
}

run "an_address_is_no_repository" {
  command = plan

  variables {
    repository = "https://github.com/acme/shop"
  }

  expect_failures = [var.repository]
}

run "an_environment_cannot_have_the_name_of_the_pipelines" {
  command = plan

  variables {
    environments = ["pipeline"]
  }

  expect_failures = [var.environments]
}

run "what_is_released_is_on_the_branch_that_was_said" {
  command = plan

  variables {
    branch = "release"
  }

  assert {
    condition = contains(flatten([
      for condition in data.aws_iam_policy_document.trust["plan"].statement[0].condition : condition.values
    ]), "repo:acme/shop:ref:refs/heads/release")
    error_message = "The role that plans was to be for the branch release."
  }
}

run "a_plan_sees_no_api_key" {
  command = plan

  assert {
    condition = [
      for statement in data.aws_iam_policy_document.plan.statement : contains(statement.resources, "arn:aws:apigateway:*::/apikeys/*")
      if statement.sid == "SeeNoApiKey" && statement.effect == "Deny"
    ] == [true]
    error_message = "The role that plans was not to see API keys."
  }
}

run "another_shop_has_pipelines_of_its_own" {
  command = plan

  variables {
    name         = "bookshop"
    table_prefix = "books-"
  }

  assert {
    condition     = aws_iam_role.plan.name == "bookshop-pipeline-plan" && aws_iam_role.deploy["prod"].name == "bookshop-pipeline-deploy-prod"
    error_message = "Got the roles ${aws_iam_role.plan.name} and ${aws_iam_role.deploy["prod"].name}."
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.deploy["prod"].statement : alltrue([
        for arn in statement.resources : strcontains(arn, "bookshop") || can(regex(":table/books-orders-prod", arn))
      ]) if statement.sid == "ManageWhatIsNamedAfterIt"
    ])
    error_message = "The role owns something that is not called like the shop."
  }
}

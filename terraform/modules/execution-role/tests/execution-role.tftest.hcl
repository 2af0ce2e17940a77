# Who may take the role, and what it allows.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  name        = "checkout-dev-sweeper"
  description = "What checkout-dev-sweeper may do"
  service     = "lambda"
  account_id  = "123456789012"
  permissions = [{ sid = "ReadOrders", actions = ["dynamodb:GetItem"], resources = ["arn:aws:dynamodb:us-east-2:123456789012:table/orders-dev"] }]
}

run "only_the_service_in_our_account_may_take_it" {
  command = plan

  assert {
    condition     = one(data.aws_iam_policy_document.trust.statement[0].principals).identifiers == toset(["lambda.amazonaws.com"])
    error_message = "Wanted Lambda alone."
  }

  assert {
    condition     = [for c in data.aws_iam_policy_document.trust.statement[0].condition : "${c.test} ${c.variable} ${one(c.values)}"] == ["StringEquals aws:SourceAccount 123456789012"]
    error_message = "Wanted a condition on our account."
  }
}

run "where_the_service_says_for_what_it_asks_nothing_else_may" {
  command = plan

  variables {
    service    = "states"
    source_arn = "arn:aws:states:us-east-2:123456789012:stateMachine:checkout-dev"
  }

  assert {
    condition     = contains([for c in data.aws_iam_policy_document.trust.statement[0].condition : "${c.test} ${c.variable} ${one(c.values)}"], "ArnEquals aws:SourceArn ${var.source_arn}")
    error_message = "Wanted a condition on the state machine."
  }
}

run "by_default_it_allows_what_was_said_and_nothing_more" {
  command = plan

  assert {
    condition     = data.aws_iam_policy_document.permissions.statement[*].sid == tolist(["ReadOrders"])
    error_message = "Wanted one statement."
  }
}

run "a_key_traces_and_actions_without_resources_are_statements_of_their_own" {
  command = plan

  variables {
    kms_key_arn      = "arn:aws:kms:us-east-2:123456789012:key/k"
    tracing          = true
    unscoped_actions = ["logs:CreateLogDelivery"]
  }

  assert {
    condition     = data.aws_iam_policy_document.permissions.statement[*].sid == tolist(["ReadOrders", "ActionsWithoutResources", "UseKey", "SendTraces"])
    error_message = "Wanted four statements."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.permissions.statement : s.actions if s.sid == "ActionsWithoutResources"] == [toset(["logs:CreateLogDelivery"])]
    error_message = "Wanted the one action."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.permissions.statement : s.resources if s.sid == "UseKey"] == [toset([var.kms_key_arn])]
    error_message = "Wanted our key and no other."
  }
}

run "a_role_may_not_touch_everything" {
  command = plan

  variables {
    permissions = [{ sid = "Everything", actions = ["dynamodb:GetItem"], resources = ["*"] }]
  }

  expect_failures = [var.permissions]
}

run "a_role_may_not_do_everything" {
  command = plan

  variables {
    permissions = [{ sid = "Everything", actions = ["*"], resources = ["arn:aws:sqs:us-east-2:123456789012:q"] }]
  }

  expect_failures = [var.permissions]
}

run "a_wildcard_cannot_hide_among_actions_without_resources" {
  command = plan

  variables {
    unscoped_actions = ["logs:*"]
  }

  expect_failures = [var.unscoped_actions]
}

run "a_name_that_aws_refuses_is_refused" {
  command = plan

  variables {
    name = "sweeper of dev"
  }

  expect_failures = [var.name]
}

run "the_whole_name_of_a_service_is_refused" {
  command = plan

  variables {
    service = "lambda.amazonaws.com"
  }

  expect_failures = [var.service]
}

run "an_account_that_is_none_is_refused" {
  command = plan

  variables {
    account_id = "1234"
  }

  expect_failures = [var.account_id]
}

run "what_is_allowed_on_conditions_is_allowed_on_them_only" {
  command = plan

  variables {
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/limit"
    permissions = [{
      sid        = "SendMail"
      actions    = ["ses:SendEmail"]
      resources  = ["arn:aws:ses:us-east-2:123456789012:identity/*"]
      conditions = [{ test = "StringEquals", variable = "ses:FromAddress", values = ["orders@checkout-lab.example"] }]
    }]
  }

  assert {
    condition     = [for c in data.aws_iam_policy_document.permissions.statement[0].condition : "${c.test} ${c.variable} ${join(",", c.values)}"] == ["StringEquals ses:FromAddress orders@checkout-lab.example"]
    error_message = "Wanted the condition on the sender."
  }

  assert {
    condition     = aws_iam_role.this.permissions_boundary == "arn:aws:iam::123456789012:policy/limit"
    error_message = "Wanted the limit on the role."
  }
}

run "the_name_of_a_policy_is_no_limit" {
  command = plan

  variables {
    permissions_boundary_arn = "limit"
  }

  expect_failures = [var.permissions_boundary_arn]
}

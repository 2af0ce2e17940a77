# What a month may cost, and who hears when it costs more.

mock_provider "aws" {}

variables {
  name        = "checkout-prod"
  monthly_usd = 250
  tags        = { Stack = "checkout-prod" }
  topic_arn   = "arn:aws:sns:us-east-2:123456789012:checkout-prod-operations"
}

run "it_counts_what_is_tagged_in_a_month" {
  command = plan

  assert {
    condition = (
      aws_budgets_budget.this.limit_amount == "250"
      && aws_budgets_budget.this.limit_unit == "USD"
      && aws_budgets_budget.this.time_unit == "MONTHLY"
    )
    error_message = "Wanted 250 USD a month, got ${aws_budgets_budget.this.limit_amount}."
  }

  assert {
    condition     = one(aws_budgets_budget.this.cost_filter).values == tolist(["user:Stack$checkout-prod"])
    error_message = "Wanted the tag as AWS writes it, got ${jsonencode(one(aws_budgets_budget.this.cost_filter).values)}."
  }
}

run "the_topic_hears_of_what_was_spent_and_of_what_will_be" {
  command = plan

  variables {
    alert_percents = [80]
  }

  assert {
    condition = toset([
      for alert in aws_budgets_budget.this.notification : "${alert.notification_type} ${alert.threshold}"
    ]) == toset(["ACTUAL 80", "FORECASTED 100"])
    error_message = "Wanted an alert at 80 % spent and one when the forecast is above 100 %."
  }

  assert {
    condition = alltrue([
      for alert in aws_budgets_budget.this.notification : alert.subscriber_sns_topic_arns == toset([var.topic_arn])
    ])
    error_message = "Wanted every alert to go to the topic."
  }
}

run "more_alerts_than_aws_sends_are_refused" {
  command = plan

  variables {
    alert_percents = [20, 40, 60, 80, 100]
  }

  expect_failures = [var.alert_percents]
}

run "a_budget_of_nothing_is_refused" {
  command = plan

  variables {
    monthly_usd = 0
  }

  expect_failures = [var.monthly_usd]
}

run "a_budget_of_the_whole_account_is_refused" {
  command = plan

  variables {
    tags = {}
  }

  expect_failures = [var.tags]
}

run "a_name_that_aws_refuses_is_refused" {
  command = plan

  variables {
    name = "a month of prod"
  }

  expect_failures = [var.name]
}

run "two_tags_are_refused_because_aws_does_not_say_whether_both_must_match" {
  command = plan

  variables {
    tags = { Project = "ecommerce-checkout", Environment = "prod" }
  }

  expect_failures = [var.tags]
}

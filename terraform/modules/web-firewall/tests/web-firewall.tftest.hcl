# Who may not even ask.

mock_provider "aws" {}

variables {
  name                 = "checkout-prod"
  stage_arn            = "arn:aws:apigateway:us-east-2::/restapis/a1/stages/prod"
  requests_per_address = 2000
  log_retention_days   = 365
}

run "it_stands_in_front_of_the_stage_and_counts_addresses" {
  command = plan

  assert {
    condition     = aws_wafv2_web_acl_association.this.resource_arn == var.stage_arn
    error_message = "Wanted it in front of the stage."
  }

  assert {
    condition     = one([for rule in aws_wafv2_web_acl.this.rule : rule.statement[0].rate_based_statement[0].limit if rule.name == "too-many-requests"]) == 2000
    error_message = "Wanted 2000 requests."
  }

  assert {
    condition     = length(aws_wafv2_web_acl.this.rule) == 4 && length(distinct([for rule in aws_wafv2_web_acl.this.rule : rule.priority])) == 4
    error_message = "Wanted four rules, one after the other."
  }
}

run "behind_cloudfront_it_counts_who_asked_it" {
  command = plan

  variables {
    behind_proxy = true
  }

  assert {
    condition     = one([for rule in aws_wafv2_web_acl.this.rule : rule.statement[0].rate_based_statement[0].forwarded_ip_config[0].header_name if rule.name == "too-many-requests"]) == "True-Client-IP"
    error_message = "Wanted the addresses of customers, and not CloudFront's."
  }
}

run "what_it_blocks_is_logged_without_tokens_and_keys" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:us-east-2:123456789012:key/k"
  }

  assert {
    condition     = toset([for field in aws_wafv2_web_acl_logging_configuration.this.redacted_fields : one(field.single_header).name]) == toset(["authorization", "x-api-key"])
    error_message = "Wanted neither token nor key in the log."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "aws-waf-logs-checkout-prod" && aws_cloudwatch_log_group.this.retention_in_days == 365
    error_message = "Wanted a log group that WAF accepts, for a year."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn
    error_message = "Wanted our key."
  }
}

run "nobody_can_look_at_whole_requests" {
  command = plan

  assert {
    condition     = !aws_wafv2_web_acl.this.visibility_config[0].sampled_requests_enabled && !anytrue([for rule in aws_wafv2_web_acl.this.rule : rule.visibility_config[0].sampled_requests_enabled])
    error_message = "Wanted no samples."
  }
}

run "a_limit_that_waf_cannot_count_is_refused" {
  command = plan

  variables {
    requests_per_address = 1
  }

  expect_failures = [var.requests_per_address]
}

run "a_name_that_aws_refuses_is_refused" {
  command = plan

  variables {
    name = "the firewall"
  }

  expect_failures = [var.name]
}

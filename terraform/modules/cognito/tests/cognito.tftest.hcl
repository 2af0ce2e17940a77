# Customers who sign in.

mock_provider "aws" {
  mock_resource "aws_cognito_user_pool" {
    defaults = {
      id       = "us-east-2_Example"
      arn      = "arn:aws:cognito-idp:us-east-2:123456789012:userpool/us-east-2_Example"
      endpoint = "cognito-idp.us-east-2.amazonaws.com/us-east-2_Example"
    }
  }

  mock_resource "aws_cognito_user_pool_client" {
    defaults = { id = "7example23ofaclientid" }
  }
}

variables {
  name          = "checkout-prod"
  domain_prefix = "checkout-prod-123456789012"
  page_urls     = ["https://shop.example/"]
}

run "the_page_is_a_public_client_with_a_code_and_nothing_else" {
  assert {
    condition     = !aws_cognito_user_pool_client.this.generate_secret && toset(aws_cognito_user_pool_client.this.allowed_oauth_flows) == toset(["code"])
    error_message = "Wanted no secret, and the authorization code flow only."
  }

  assert {
    condition     = toset(aws_cognito_user_pool_client.this.callback_urls) == var.page_urls && toset(aws_cognito_user_pool_client.this.logout_urls) == var.page_urls
    error_message = "Wanted the browser to go back to the page only."
  }

  assert {
    condition     = !anytrue([for flow in aws_cognito_user_pool_client.this.explicit_auth_flows : strcontains(flow, "PASSWORD") || strcontains(flow, "SRP")])
    error_message = "Wanted no password but on the hosted page."
  }

  assert {
    condition     = aws_cognito_user_pool_client.this.prevent_user_existence_errors == "ENABLED"
    error_message = "Wanted nobody to find out who is a customer."
  }

  assert {
    condition     = aws_cognito_user_pool_client.this.access_token_validity == 60 && aws_cognito_user_pool_client.this.token_validity_units[0].access_token == "minutes"
    error_message = "Wanted tokens for an hour."
  }

  assert {
    condition     = aws_cognito_user_pool_client.this.enable_token_revocation
    error_message = "Wanted a sign-out to end what could be renewed."
  }
}

run "test_customers_sign_in_with_a_permission_where_that_is_said" {
  variables {
    test_customers = true
  }

  assert {
    condition     = toset(aws_cognito_user_pool_client.this.explicit_auth_flows) == toset(["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    error_message = "Wanted the flow that AWS signs with IAM, and none that a browser may begin."
  }
}

run "it_tells_the_shop_what_to_verify_tokens_with" {
  assert {
    condition     = output.issuer == "https://cognito-idp.us-east-2.amazonaws.com/us-east-2_Example" && output.keys_url == "${output.issuer}/.well-known/jwks.json"
    error_message = "Wanted the issuer as Cognito writes it into tokens, got ${output.issuer}."
  }

  assert {
    condition     = output.origin == "https://checkout-prod-123456789012.auth.us-east-2.amazoncognito.com"
    error_message = "Wanted the hosted page, got ${output.origin}."
  }
}

run "a_second_factor_is_offered_and_accounts_stay_only_if_that_is_said" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool.this.mfa_configuration == "OPTIONAL" && aws_cognito_user_pool.this.software_token_mfa_configuration[0].enabled
    error_message = "Wanted authenticator apps, for who wants them."
  }

  assert {
    condition     = aws_cognito_user_pool.this.deletion_protection == "INACTIVE" && !aws_cognito_user_pool.this.admin_create_user_config[0].allow_admin_create_user_only
    error_message = "Wanted a pool that anybody may join and that can be deleted."
  }
}

run "prod_keeps_its_customers" {
  command = plan

  variables {
    deletion_protection = true
    sign_up             = false
    mfa                 = "ON"
  }

  assert {
    condition     = aws_cognito_user_pool.this.deletion_protection == "ACTIVE" && aws_cognito_user_pool.this.admin_create_user_config[0].allow_admin_create_user_only && aws_cognito_user_pool.this.mfa_configuration == "ON"
    error_message = "Wanted what the variables say."
  }
}

run "an_address_that_goes_anywhere_is_refused" {
  command = plan

  variables {
    page_urls = ["https://shop.example/", "http://evil.example/"]
  }

  expect_failures = [var.page_urls]
}

run "a_prefix_that_aws_refuses_is_refused" {
  command = plan

  variables {
    domain_prefix = "aws-checkout"
  }

  expect_failures = [var.domain_prefix]
}

run "a_token_for_a_week_is_refused" {
  command = plan

  variables {
    token_minutes = 10080
  }

  expect_failures = [var.token_minutes]
}

run "a_name_with_a_slash_is_refused" {
  command = plan

  variables {
    name = "checkout/prod"
  }

  expect_failures = [var.name]
}

run "a_second_factor_that_there_is_not_is_refused" {
  command = plan

  variables {
    mfa = "SOMETIMES"
  }

  expect_failures = [var.mfa]
}

# Who may sign in, and the page where they do. The shop's page is a public client: it has no secret,
# because whoever can read the page could read it.

locals {
  # arn:PARTITION:cognito-idp:REGION:ACCOUNT:userpool/ID
  region = split(":", aws_cognito_user_pool.this.arn)[3]
  origin = "https://${var.domain_prefix}.auth.${local.region}.amazoncognito.com"
  issuer = "https://${aws_cognito_user_pool.this.endpoint}"
}

resource "aws_cognito_user_pool" "this" {
  name                     = var.name
  deletion_protection      = var.deletion_protection ? "ACTIVE" : "INACTIVE"
  user_pool_tier           = "ESSENTIALS"
  username_attributes      = ["email"]
  auto_verified_attributes = ["email"]
  mfa_configuration        = var.mfa

  software_token_mfa_configuration {
    enabled = true
  }

  username_configuration {
    case_sensitive = false
  }

  # Whoever changes an address keeps the old one until the new one has answered.
  user_attribute_update_settings {
    attributes_require_verification_before_update = ["email"]
  }

  password_policy {
    minimum_length                   = 12
    require_lowercase                = true
    require_uppercase                = true
    require_numbers                  = true
    require_symbols                  = false
    temporary_password_validity_days = 3
  }

  admin_create_user_config {
    allow_admin_create_user_only = !var.sign_up
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }
}

resource "aws_cognito_user_pool_domain" "this" {
  domain       = var.domain_prefix
  user_pool_id = aws_cognito_user_pool.this.id
}

resource "aws_cognito_user_pool_client" "this" {
  name         = "storefront"
  user_pool_id = aws_cognito_user_pool.this.id

  generate_secret                      = false
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = ["openid", "email"]
  supported_identity_providers         = ["COGNITO"]
  callback_urls                        = var.page_urls
  logout_urls                          = var.page_urls

  # On the hosted page only: no program signs in with a customer's password. Test customers sign in
  # with a permission of IAM, for which Cognito wants a password all the same: one that is set anew.
  explicit_auth_flows           = concat(["ALLOW_REFRESH_TOKEN_AUTH"], var.test_customers ? ["ALLOW_ADMIN_USER_PASSWORD_AUTH"] : [])
  prevent_user_existence_errors = "ENABLED"
  enable_token_revocation       = true
  read_attributes               = ["email", "email_verified"]
  write_attributes              = ["email"]

  access_token_validity  = var.token_minutes
  id_token_validity      = var.token_minutes
  refresh_token_validity = 1

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "days"
  }
}

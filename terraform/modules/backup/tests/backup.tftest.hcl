# Copies of the tables.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

run "backups_are_kept_as_long_as_said_and_not_destroyed_with_their_vault" {
  command = plan

  variables {
    name           = "checkout-prod"
    account        = { partition = "aws", id = "123456789012" }
    resource_arns  = ["arn:aws:dynamodb:us-east-2:123456789012:table/orders-prod"]
    retention_days = 365

    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/limit"
  }

  assert {
    condition     = aws_iam_role.this.permissions_boundary == "arn:aws:iam::123456789012:policy/limit"
    error_message = "Wanted the limit on the role."
  }

  assert {
    condition     = one(aws_backup_plan.this.rule).lifecycle[0].delete_after == 365
    error_message = "Wanted backups to be kept for 365 days."
  }

  assert {
    condition     = !aws_backup_vault.this.force_destroy
    error_message = "Wanted the vault to keep what is in it."
  }

  assert {
    condition     = one(aws_backup_vault_lock_configuration.this).min_retention_days == 365
    error_message = "Wanted a lock on the vault for 365 days."
  }

  assert {
    condition     = length(one(aws_backup_plan.this.rule).copy_action) == 0
    error_message = "Wanted no copy in another region."
  }

  assert {
    condition     = length(aws_iam_role_policy_attachment.this) == 2
    error_message = "Wanted a role that may back up and restore."
  }
}

run "a_vault_without_protection_goes_with_its_backups" {
  command = plan

  variables {
    name                = "checkout-dev"
    account             = { partition = "aws", id = "123456789012" }
    resource_arns       = ["arn:aws:dynamodb:us-east-2:123456789012:table/orders-dev"]
    retention_days      = 7
    deletion_protection = false
  }

  assert {
    condition     = aws_backup_vault.this.force_destroy && length(aws_backup_vault_lock_configuration.this) == 0
    error_message = "Wanted a vault that can be destroyed, and no lock."
  }
}

run "backups_are_copied_to_another_region" {
  command = plan

  variables {
    name           = "checkout-prod"
    account        = { partition = "aws", id = "123456789012" }
    resource_arns  = ["arn:aws:dynamodb:us-east-2:123456789012:table/orders-prod"]
    retention_days = 365
    copy_vault_arn = "arn:aws:backup:us-west-2:123456789012:backup-vault:checkout-prod"
  }

  assert {
    condition     = one(one(aws_backup_plan.this.rule).copy_action).destination_vault_arn == var.copy_vault_arn
    error_message = "Wanted a copy in the other region's vault."
  }
}

run "a_copy_to_something_else_than_a_vault_is_refused" {
  command = plan

  variables {
    name           = "checkout-prod"
    account        = { partition = "aws", id = "123456789012" }
    resource_arns  = ["arn:aws:dynamodb:us-east-2:123456789012:table/orders-prod"]
    retention_days = 365
    copy_vault_arn = "us-west-2"
  }

  expect_failures = [var.copy_vault_arn]
}

run "a_backup_of_nothing_is_refused" {
  command = plan

  variables {
    name           = "checkout-prod"
    account        = { partition = "aws", id = "123456789012" }
    resource_arns  = []
    retention_days = 365
  }

  expect_failures = [var.resource_arns]
}

run "backups_use_the_key" {
  command = plan

  variables {
    name           = "checkout-staging"
    account        = { partition = "aws", id = "123456789012" }
    resource_arns  = ["arn:aws:dynamodb:us-east-2:123456789012:table/orders-staging"]
    retention_days = 7
    kms_key_arn    = "arn:aws:kms:us-east-2:123456789012:key/k"
  }

  assert {
    condition     = aws_backup_vault.this.kms_key_arn == var.kms_key_arn
    error_message = "Wanted our key."
  }
}

run "what_aws_backup_does_not_accept_is_refused" {
  command = plan

  variables {
    name           = "checkout prod"
    account        = { partition = "aws", id = "123456789012" }
    resource_arns  = ["arn:aws:dynamodb:us-east-2:123456789012:table/orders-prod"]
    retention_days = 0
  }

  expect_failures = [var.name, var.retention_days]
}

# One table.

mock_provider "aws" {}

variables {
  name       = "orders-dev"
  hash_key   = "orderId"
  attributes = { orderId = "S" }
}

run "by_default_a_table_is_encrypted_and_can_be_taken_back_35_days" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.this.server_side_encryption[0].enabled
    error_message = "Wanted the table to be encrypted."
  }

  assert {
    condition     = aws_dynamodb_table.this.point_in_time_recovery[0].enabled && aws_dynamodb_table.this.point_in_time_recovery[0].recovery_period_in_days == 35
    error_message = "Wanted 35 days of recovery."
  }

  assert {
    condition     = !aws_dynamodb_table.this.deletion_protection_enabled && length(aws_dynamodb_table.this.ttl) == 0
    error_message = "Wanted neither protection nor items that expire."
  }
}

run "a_table_is_protected_restorable_and_encrypted_as_said" {
  command = plan

  variables {
    deletion_protection = true
    recovery_days       = 14
    kms_key_arn         = "arn:aws:kms:us-east-2:123456789012:key/k"
  }

  assert {
    condition     = aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "Wanted protection."
  }

  assert {
    condition     = aws_dynamodb_table.this.point_in_time_recovery[0].recovery_period_in_days == 14
    error_message = "Wanted 14 days."
  }

  assert {
    condition     = aws_dynamodb_table.this.server_side_encryption[0].kms_key_arn == var.kms_key_arn
    error_message = "Wanted our key."
  }
}

run "keys_and_indexes_are_those_that_were_said" {
  command = plan

  variables {
    range_key     = "at"
    attributes    = { orderId = "S", at = "N", status = "S" }
    indexes       = { by-status = { hash_key = "status", range_key = "at" } }
    ttl_attribute = "expiresAt"
  }

  assert {
    condition     = aws_dynamodb_table.this.range_key == "at" && one(aws_dynamodb_table.this.global_secondary_index).name == "by-status"
    error_message = "Wanted a sort key and an index."
  }

  assert {
    condition     = one(aws_dynamodb_table.this.ttl).attribute_name == "expiresAt"
    error_message = "Wanted items to expire."
  }

  assert {
    condition     = keys(output.index_arns) == ["by-status"]
    error_message = "Wanted the ARN of the index."
  }
}

run "a_table_cannot_be_taken_back_for_longer_than_35_days" {
  command = plan

  variables {
    recovery_days = 36
  }

  expect_failures = [var.recovery_days]
}

run "a_name_that_aws_refuses_is_refused" {
  command = plan

  variables {
    name = "my orders"
  }

  expect_failures = [var.name]
}

run "an_index_name_that_aws_refuses_is_refused" {
  command = plan

  variables {
    attributes = { orderId = "S", at = "S" }
    indexes    = { at = { hash_key = "at" } }
  }

  expect_failures = [var.indexes]
}

run "an_attribute_without_a_key_is_refused" {
  command = plan

  variables {
    attributes = { orderId = "S", status = "S" }
  }

  expect_failures = [var.attributes]
}

run "a_type_that_no_key_can_have_is_refused" {
  command = plan

  variables {
    attributes = { orderId = "BOOL" }
  }

  expect_failures = [var.attributes]
}

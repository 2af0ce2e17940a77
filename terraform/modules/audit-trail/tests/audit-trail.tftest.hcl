# Who read or changed what.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  name           = "checkout-prod"
  account        = { partition = "aws", region = "us-east-2", id = "123456789012" }
  table_arns     = ["arn:aws:dynamodb:us-east-2:123456789012:table/orders-prod"]
  retention_days = 365
}

run "it_watches_the_tables_and_nothing_else" {
  command = plan

  assert {
    condition     = one([for field in one(aws_cloudtrail.this.advanced_event_selector).field_selector : field.equals if field.field == "resources.ARN"]) == tolist(var.table_arns)
    error_message = "Wanted our table only."
  }

  assert {
    condition     = aws_cloudtrail.this.enable_log_file_validation
    error_message = "Wanted signed records."
  }
}

run "records_are_private_kept_as_said_and_protected" {
  command = plan

  assert {
    condition     = aws_s3_bucket.this.bucket == "checkout-prod-trail-123456789012" && !aws_s3_bucket.this.force_destroy
    error_message = "Wanted a protected bucket of its own."
  }

  assert {
    condition     = one(aws_s3_bucket_lifecycle_configuration.this.rule).expiration[0].days == 365
    error_message = "Wanted a year of records."
  }

  assert {
    condition     = aws_s3_bucket_public_access_block.this.restrict_public_buckets
    error_message = "Wanted no public access."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "Wanted the key of S3."
  }
}

run "only_this_trail_may_write_there" {
  command = plan

  assert {
    condition     = alltrue([for s in data.aws_iam_policy_document.this.statement : s.effect == "Deny" || contains(flatten([for c in s.condition : c.values]), "arn:aws:cloudtrail:us-east-2:123456789012:trail/checkout-prod")])
    error_message = "Wanted a condition on the trail in all that is allowed."
  }
}

run "records_use_the_key_and_go_with_the_bucket_where_nothing_is_protected" {
  command = plan

  variables {
    kms_key_arn         = "arn:aws:kms:us-east-2:123456789012:key/k"
    deletion_protection = false
  }

  assert {
    condition     = aws_cloudtrail.this.kms_key_id == var.kms_key_arn && aws_s3_bucket.this.force_destroy
    error_message = "Wanted our key and no protection."
  }
}

run "a_trail_of_nothing_which_would_be_one_of_everything_is_refused" {
  command = plan

  variables {
    table_arns = []
  }

  expect_failures = [var.table_arns]
}

run "half_a_day_is_refused" {
  command = plan

  variables {
    retention_days = 0.5
  }

  expect_failures = [var.retention_days]
}

run "a_name_that_s3_refuses_is_refused" {
  command = plan

  variables {
    name = "Checkout"
  }

  expect_failures = [var.name]
}

run "the_bucket_asks_for_the_key_so_that_it_goes_first" {
  command = plan

  variables {
    kms_key_arn = "checkout-prod"
  }

  expect_failures = [aws_s3_bucket.this]
}

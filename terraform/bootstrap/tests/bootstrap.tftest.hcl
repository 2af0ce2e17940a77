# Where states and backups are kept. The bucket of the states exists before Terraform does.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws-us-gov" }
  }
}

# It is imported, and a mocked provider has nothing to import from.
override_resource {
  target = aws_s3_bucket.state
}

variables {
  bucket = "${jsondecode(file("../shop.json")).project}-terraform-state-123456789012"
}

run "in_another_partition_api_gateway_has_that_partitions_policy" {
  command = plan

  assert {
    condition     = startswith(aws_iam_role_policy_attachment.api_gateway[0].policy_arn, "arn:aws-us-gov:iam::aws:policy/")
    error_message = "Got ${aws_iam_role_policy_attachment.api_gateway[0].policy_arn}."
  }
}

run "backups_are_kept_beside_the_states" {
  command = plan

  assert {
    condition     = output.backups_bucket == "${local.shop.project}-backups-123456789012"
    error_message = "Wanted the bucket for backups to be the sibling of the one for states."
  }

  assert {
    condition = alltrue([
      for bucket in aws_s3_bucket_lifecycle_configuration.backups : one(bucket.rule).expiration[0].days == 90
    ])
    error_message = "Wanted a backup to be kept for 90 days."
  }
}

run "who_wants_no_backups_pays_for_no_key" {
  command = plan

  variables {
    backups = false
  }

  assert {
    condition     = length(aws_kms_key.backups) + length(aws_s3_bucket.backups) == 0
    error_message = "Wanted neither a bucket nor a key."
  }
}

run "a_bucket_that_is_named_otherwise_is_refused" {
  command = plan

  variables {
    bucket = "my-states"
  }

  expect_failures = [var.bucket]
}

run "a_backup_is_not_kept_for_half_a_day" {
  command = plan

  variables {
    backups_days = 0.5
  }

  expect_failures = [var.backups_days]
}

# The code, in its bucket.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  bucket_name = "checkout-dev-code-123456789012"
  package     = "main.tf" # any file does for a plan
}

run "nobody_else_gets_at_the_code" {
  command = plan

  assert {
    condition     = aws_s3_bucket_public_access_block.this.restrict_public_buckets && aws_s3_bucket_public_access_block.this.block_public_policy
    error_message = "Wanted no public access."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.this.statement : s.effect if s.sid == "RefusePlainHttp"] == ["Deny"]
    error_message = "Wanted plain HTTP to be refused."
  }

  assert {
    condition     = one(aws_s3_bucket_ownership_controls.this.rule).object_ownership == "BucketOwnerEnforced"
    error_message = "Wanted no access lists."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "Wanted the key of S3."
  }
}

run "other_code_has_another_name" {
  command = plan

  assert {
    condition     = aws_s3_object.this.key == "functions/${filesha256("main.tf")}.zip"
    error_message = "Wanted the hash in the name."
  }
}

run "the_code_uses_the_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:us-east-2:123456789012:key/k"
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
    error_message = "Wanted our key."
  }
}

run "a_name_that_s3_refuses_is_refused" {
  command = plan

  variables {
    bucket_name = "Checkout_Code"
  }

  expect_failures = [var.bucket_name]
}

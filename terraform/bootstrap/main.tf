data "aws_partition" "current" {}

# The bucket has to exist before `terraform init`, so somebody else makes it (README.md); from here
# on it is Terraform's.
import {
  to = aws_s3_bucket.state
  id = var.bucket
}

resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV_AWS_18:An access log needs a bucket with the same guards again; who reads a state is for CloudTrail to record
  #checkov:skip=CKV_AWS_144:A state without its region describes what is gone, too
  #checkov:skip=CKV2_AWS_62:Nobody acts on a new state
  #checkov:skip=CKV_AWS_145:S3's own key does: no secret is in a state, and who may read the bucket may use it

  bucket = var.bucket

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    bucket_key_enabled = true

    # What Terraform's `encrypt = true` asks for as well, whatever is said here.
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket = aws_s3_bucket.state.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

data "aws_iam_policy_document" "state" {
  statement {
    sid       = "RefusePlainHttp"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.state.arn, "${aws_s3_bucket.state.arn}/*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id
  policy = data.aws_iam_policy_document.state.json

  # Both change what the public may do, and S3 refuses to do two such things at a time.
  depends_on = [aws_s3_bucket_public_access_block.state]
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days           = var.old_versions_days
      newer_noncurrent_versions = 10
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  depends_on = [aws_s3_bucket_versioning.state]
}

resource "aws_dynamodb_table" "lock" {
  #checkov:skip=CKV_AWS_119:Who locks which state is no secret; AWS's own key does

  name                        = local.shop.lock_table
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "LockID"
  deletion_protection_enabled = true

  attribute {
    name = "LockID"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

# API Gateway writes access logs with one role for the whole account and region, so no environment
# can own it.
data "aws_iam_policy_document" "api_gateway" {
  count = var.api_gateway_logs ? 1 : 0

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["apigateway.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "api_gateway" {
  count = var.api_gateway_logs ? 1 : 0

  name               = "api-gateway-logs-${local.shop.region}"
  description        = "What API Gateway writes access logs with"
  assume_role_policy = data.aws_iam_policy_document.api_gateway[0].json
}

resource "aws_iam_role_policy_attachment" "api_gateway" {
  count = var.api_gateway_logs ? 1 : 0

  role       = aws_iam_role.api_gateway[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

resource "aws_api_gateway_account" "this" {
  count = var.api_gateway_logs ? 1 : 0

  cloudwatch_role_arn = aws_iam_role.api_gateway[0].arn

  # API Gateway tries the role before it takes it.
  depends_on = [aws_iam_role_policy_attachment.api_gateway]
}

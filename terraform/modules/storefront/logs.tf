resource "aws_s3_bucket" "logs" {
  #checkov:skip=CKV_AWS_18:It is the access log
  #checkov:skip=CKV_AWS_21:A log is written once
  #checkov:skip=CKV_AWS_144:Who asked for a page is of no use in another region
  #checkov:skip=CKV_AWS_145:CloudFront's logs cannot be written with a key of our own unless it lets the service use it
  #checkov:skip=CKV2_AWS_6:It has one below; checkov does not see it through count
  #checkov:skip=CKV2_AWS_61:It has one below; checkov does not see it through count
  #checkov:skip=CKV2_AWS_62:Logs are read when there is a question, not when they come
  #checkov:skip=CKV2_AWS_65:CloudFront delivers its logs by an access control list
  count = local.count

  bucket        = "${local.bucket}-logs"
  force_destroy = true
}

resource "aws_s3_bucket_public_access_block" "logs" {
  count = local.count

  bucket = aws_s3_bucket.logs[0].id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
resource "aws_s3_bucket_ownership_controls" "logs" {
  #checkov:skip=CKV2_AWS_65:CloudFront delivers its logs by an access control list
  count = local.count

  bucket = aws_s3_bucket.logs[0].id

  rule {
    object_ownership = "BucketOwnerPreferred"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  count = local.count

  bucket = aws_s3_bucket.logs[0].id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  count = local.count

  bucket = aws_s3_bucket.logs[0].id

  rule {
    id     = "old-logs"
    status = "Enabled"

    filter {}

    expiration {
      days = var.log_retention_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

data "aws_iam_policy_document" "logs" {
  count = local.count

  statement {
    sid       = "RefusePlainHttp"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.logs[0].arn, "${aws_s3_bucket.logs[0].arn}/*"]

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

resource "aws_s3_bucket_policy" "logs" {
  count = local.count

  bucket = aws_s3_bucket.logs[0].id
  policy = data.aws_iam_policy_document.logs[0].json

  depends_on = [aws_s3_bucket_public_access_block.logs]
}

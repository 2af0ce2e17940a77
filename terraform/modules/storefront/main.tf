# The shop's page. The files are in a private bucket; only the distribution in front of it reads them.
#   main.tf          the bucket
#   distribution.tf  CloudFront: the files, and the API below /api
#   logs.tf          who asked for what

resource "aws_s3_bucket" "files" {
  #checkov:skip=CKV_AWS_18:CloudFront reads the files, and logs who asked
  #checkov:skip=CKV_AWS_144:The files are in git and are uploaded from there
  #checkov:skip=CKV_AWS_145:Everybody may read the page; a key of our own would keep nothing secret
  #checkov:skip=CKV2_AWS_62:Nobody acts on a new page; the upload that brings it does all

  bucket        = local.bucket
  force_destroy = true
}

resource "aws_s3_bucket_public_access_block" "files" {
  bucket = aws_s3_bucket.files.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "files" {
  bucket = aws_s3_bucket.files.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "files" {
  bucket = aws_s3_bucket.files.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# The page of before can be had back.
resource "aws_s3_bucket_versioning" "files" {
  bucket = aws_s3_bucket.files.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "files" {
  bucket = aws_s3_bucket.files.id

  rule {
    id     = "old-pages"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  depends_on = [aws_s3_bucket_versioning.files]
}

data "aws_iam_policy_document" "files" {
  statement {
    sid       = "RefusePlainHttp"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.files.arn, "${aws_s3_bucket.files.arn}/*"]

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

  # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
  dynamic "statement" {
    for_each = aws_cloudfront_distribution.this

    content {
      sid       = "ReadForCustomers"
      actions   = ["s3:GetObject"]
      resources = ["${aws_s3_bucket.files.arn}/*"]

      principals {
        type        = "Service"
        identifiers = ["cloudfront.amazonaws.com"]
      }

      condition {
        test     = "StringEquals"
        variable = "AWS:SourceArn"
        values   = [statement.value.arn]
      }
    }
  }
}

resource "aws_s3_bucket_policy" "files" {
  bucket = aws_s3_bucket.files.id
  policy = data.aws_iam_policy_document.files.json

  # Both change what the public may do, and S3 refuses to do two such things at a time.
  depends_on = [aws_s3_bucket_public_access_block.files]
}

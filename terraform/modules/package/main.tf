# The zip is uploaded once for all functions. From a local file the provider uploads and waits for
# one function after the other, which takes seven times as long.

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18:Lambda reads the code at a deploy, nobody else; CloudTrail has the deploy
  #checkov:skip=CKV_AWS_21:An object's name is the hash of what is in it, so there are no versions of it
  #checkov:skip=CKV_AWS_144:The code is in git and is built from there
  #checkov:skip=CKV2_AWS_61:Terraform removes the code that no function has any more
  #checkov:skip=CKV2_AWS_62:Nobody acts on new code; the apply that uploads it does all

  bucket        = var.bucket_name
  force_destroy = true
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "RefusePlainHttp"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]

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

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = data.aws_iam_policy_document.this.json

  # Both change what the public may do, and S3 refuses to do two such things at a time.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_object" "this" {
  bucket = aws_s3_bucket.this.id
  key    = "functions/${filesha256(var.package)}.zip"
  source = var.package

  # The old code stays until every function has the new one.
  lifecycle {
    create_before_destroy = true
  }
}

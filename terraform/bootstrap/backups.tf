# Where `lab backup` puts its copies, and the key that they are sealed with: beside the states, so
# that both outlive every environment. An environment's own key would be destroyed together with it,
# and its backups would be noise.

locals {
  backups_bucket = replace(var.bucket, "terraform-state", "backups")
  backups        = toset(var.backups ? [local.backups_bucket] : [])
}

resource "aws_kms_key" "backups" {
  #checkov:skip=CKV2_AWS_64:Without a policy of its own it has AWS's, by which the account's policies decide; no service uses it

  for_each = local.backups

  description             = "Seals backups of the checkout, and the secrets in them"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "backups" {
  for_each = local.backups

  name          = "alias/${local.shop.name}-backups"
  target_key_id = aws_kms_key.backups[each.key].key_id
}

resource "aws_s3_bucket" "backups" {
  #checkov:skip=CKV_AWS_18:An access log needs a bucket with the same guards again; who reads a backup is for CloudTrail to record
  #checkov:skip=CKV_AWS_144:The lab is in one region; docs/recovery.md says what the loss of it would need
  #checkov:skip=CKV2_AWS_62:Nobody acts on a new backup

  for_each = local.backups

  bucket = each.key

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "backups" {
  for_each = local.backups

  bucket = aws_s3_bucket.backups[each.key].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "backups" {
  for_each = local.backups

  bucket = aws_s3_bucket.backups[each.key].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.backups[each.key].arn
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "backups" {
  for_each = local.backups

  bucket = aws_s3_bucket.backups[each.key].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "backups" {
  for_each = local.backups

  bucket = aws_s3_bucket.backups[each.key].id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

data "aws_iam_policy_document" "backups" {
  for_each = local.backups

  statement {
    sid       = "RefusePlainHttp"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.backups[each.key].arn, "${aws_s3_bucket.backups[each.key].arn}/*"]

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

resource "aws_s3_bucket_policy" "backups" {
  for_each = local.backups

  bucket = aws_s3_bucket.backups[each.key].id
  policy = data.aws_iam_policy_document.backups[each.key].json

  # Both change what the public may do, and S3 refuses to do two such things at a time.
  depends_on = [aws_s3_bucket_public_access_block.backups]
}

resource "aws_s3_bucket_lifecycle_configuration" "backups" {
  for_each = local.backups

  bucket = aws_s3_bucket.backups[each.key].id

  rule {
    id     = "old-backups"
    status = "Enabled"

    filter {}

    expiration {
      days = var.backups_days
    }

    # For as long, a backup that somebody deleted can be brought back.
    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  depends_on = [aws_s3_bucket_versioning.backups]
}

# The zip is uploaded once for all functions. From a local file the provider uploads and waits for
# one function after the other, which takes seven times as long.

resource "aws_s3_bucket" "this" {
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

resource "aws_s3_object" "this" {
  bucket = aws_s3_bucket.this.id
  key    = "functions/${filesha256(var.package)}.zip"
  source = var.package

  # The old code stays until every function has the new one.
  lifecycle {
    create_before_destroy = true
  }
}

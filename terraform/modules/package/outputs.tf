output "package" {
  description = "Where functions find the zip, and the hash that tells Lambda that it changed."
  value = {
    bucket = aws_s3_bucket.this.id
    key    = aws_s3_object.this.key
    hash   = filebase64sha256(var.package)
  }
}

variable "bucket_name" {
  description = "Name of the bucket for the code; no other bucket on AWS may have it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name must be 3 to 63 lower-case letters, digits or dashes."
  }
}

variable "package" {
  description = "Path of the zip."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key that the code is encrypted with; S3's own when null."
  type        = string
  default     = null
}

variable "name" {
  description = "Full name of the trail; its bucket adds -trail- and the account to it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{2,43}$", var.name))
    error_message = "name must be 3 to 44 lower-case letters, digits or dashes (its bucket adds 19 to it)."
  }
}

variable "account" {
  description = "Where the trail is: partition, region, and the number of the account."
  type = object({
    partition = string
    region    = string
    id        = string
  })
  nullable = false
}

variable "table_arns" {
  description = "Tables that are watched."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.table_arns) > 0
    error_message = "table_arns must name a table: a trail that watches none would watch all."
  }
}

variable "retention_days" {
  description = "Days that records are kept."
  type        = number
  nullable    = false

  validation {
    condition     = var.retention_days >= 1 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days must be a whole number, 1 or more."
  }
}

variable "kms_key_arn" {
  description = "Key that records are encrypted with; S3's own when null."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Whether the bucket can only be destroyed when no record is left in it."
  type        = bool
  default     = true
  nullable    = false
}

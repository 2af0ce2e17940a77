variable "path" {
  description = "What every name starts with, such as /checkout/dev."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(/[a-zA-Z0-9_.-]+)+$", var.path))
    error_message = "path must start with a slash and not end with one."
  }

  validation {
    condition     = !can(regex("^/(?i:aws|ssm)", var.path))
    error_message = "path must not start with /aws or /ssm, which AWS keeps for itself."
  }
}

variable "settings" {
  description = "Value of every setting by its name below the path. No secrets: Terraform's state is not a place for them."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for value in values(var.settings) : length(value) >= 1 && length(value) <= 4096])
    error_message = "settings must each be 1 to 4096 characters long."
  }
}

variable "kms_key_arn" {
  description = "Key that settings are encrypted with; Parameter Store's own when null."
  type        = string
  default     = null
}

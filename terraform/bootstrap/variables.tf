variable "bucket" {
  description = "Name of the bucket for the states: ecommerce-checkout-terraform-state- and something that makes it yours."
  type        = string

  validation {
    condition     = can(regex("^ecommerce-checkout-terraform-state-[a-z0-9][a-z0-9-]{0,26}[a-z0-9]$", var.bucket))
    error_message = "bucket must be ecommerce-checkout-terraform-state- and 2 to 28 lower-case letters, digits or dashes."
  }
}

variable "lock_table" {
  description = "Name of the table that keeps two people from changing a state at a time."
  type        = string
  default     = "terraform-state-lock"
}

variable "old_versions_days" {
  description = "Days that an old version of a state is kept; the last ten are always kept."
  type        = number
  default     = 90

  validation {
    condition     = var.old_versions_days >= 1
    error_message = "old_versions_days must be 1 or more."
  }
}

variable "backups" {
  description = "Whether there is a bucket for `lab backup`, and a key for it (a dollar a month)."
  type        = bool
  default     = true
}

variable "backups_days" {
  description = "Days that a backup is kept."
  type        = number
  default     = 90

  validation {
    condition     = var.backups_days >= 1 && floor(var.backups_days) == var.backups_days
    error_message = "backups_days must be a whole number, 1 or more."
  }
}

variable "region" {
  description = "Region of the bucket and the table."
  type        = string
  default     = "us-east-2"
}

variable "owner" {
  description = "Who answers for what is created (a tag)."
  type        = string
  default     = "checkout-team"
}

variable "cost_center" {
  description = "Who pays for what is created (a tag)."
  type        = string
  default     = "checkout-lab"
}

variable "github_repository" {
  description = "Repository on GitHub whose pipelines get roles in this account, OWNER/NAME; none when null."
  type        = string
  default     = null
}

variable "github_provider_arn" {
  description = "ARN of the account's identity provider for GitHub, if it has one already."
  type        = string
  default     = null
}

variable "environments" {
  description = "Environments that the pipelines may deploy to this account."
  type        = set(string)
  default     = ["dev", "staging", "prod"]
}

variable "api_gateway_logs" {
  description = "Whether to give API Gateway the role that it writes access logs with; false if the account has one in this region."
  type        = bool
  default     = true
}

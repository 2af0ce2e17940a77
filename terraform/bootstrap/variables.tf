variable "bucket" {
  description = "Name of the bucket for the states: the shop's project, -terraform-state- and something that makes it yours."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^${local.shop.project}-terraform-state-[a-z0-9][a-z0-9-]*[a-z0-9]$", var.bucket)) && length(var.bucket) <= 63
    error_message = "bucket must be ${local.shop.project}-terraform-state- and 2 or more lower-case letters, digits or dashes, 63 characters in all."
  }
}

variable "old_versions_days" {
  description = "Days that an old version of a state is kept; the last ten are always kept."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.old_versions_days >= 1
    error_message = "old_versions_days must be 1 or more."
  }
}

variable "backups" {
  description = "Whether there is a bucket for `lab backup`, and a key for it (a dollar a month)."
  type        = bool
  default     = true
  nullable    = false
}

variable "backups_days" {
  description = "Days that a backup is kept."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.backups_days >= 1 && floor(var.backups_days) == var.backups_days
    error_message = "backups_days must be a whole number, 1 or more."
  }
}

variable "owner" {
  description = "Who answers for what is created (a tag); the shop's owner when null."
  type        = string
  default     = null
}

variable "cost_center" {
  description = "Who pays for what is created (a tag); the shop's cost center when null."
  type        = string
  default     = null
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
  nullable    = false
}

variable "api_gateway_logs" {
  description = "Whether to give API Gateway the role that it writes access logs with; false if the account has one in this region."
  type        = bool
  default     = true
  nullable    = false
}

variable "name" {
  description = "Full name of the vault and the plan; the role adds -backup to it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{2,50}$", var.name))
    error_message = "name must be 2 to 50 letters, digits, dashes or underscores."
  }
}

variable "account" {
  description = "Where the vault is: the partition and the number of the account."
  type = object({
    partition = string
    id        = string
  })
  nullable = false
}

variable "resource_arns" {
  description = "What is backed up every night."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.resource_arns) > 0
    error_message = "resource_arns must name something to back up."
  }
}

variable "retention_days" {
  description = "Days that a backup is kept."
  type        = number
  nullable    = false

  validation {
    condition     = var.retention_days >= 1 && var.retention_days <= 36500
    error_message = "retention_days must be between 1 and 36500."
  }
}

variable "kms_key_arn" {
  description = "Key that backups are encrypted with; AWS Backup's own when null."
  type        = string
  default     = null
}

variable "copy_vault_arn" {
  description = "Vault in another region that every backup is copied to; none when null."
  type        = string
  default     = null

  validation {
    condition     = var.copy_vault_arn == null || can(regex("^arn:[^:]+:backup:[^:]+:[0-9]{12}:backup-vault:", var.copy_vault_arn))
    error_message = "copy_vault_arn must be the ARN of a backup vault."
  }
}

variable "deletion_protection" {
  description = "Whether the vault can only be destroyed when no backup is left in it, and nobody can delete one before its time."
  type        = bool
  default     = true
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "Policy that limits what the role may do, whatever its own says; no limit when null."
  type        = string
  default     = null
}

variable "name" {
  description = "What the names of the shop begin with: the roles may touch what is called name-environment."
  type        = string
  nullable    = false
}

variable "table_prefix" {
  description = "What the names of the shop's tables begin with; may be empty."
  type        = string
  default     = ""
  nullable    = false
}

variable "tables" {
  description = "Short names of the shop's tables: table_prefix comes before each, -environment after it."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.tables) > 0 && alltrue([for table in var.tables : can(regex("^[a-zA-Z0-9_.-]+$", table))])
    error_message = "tables must be one or more names of letters, digits, underscores, dots or dashes, such as orders."
  }
}

variable "settings" {
  description = "Settings in Parameter Store that Terraform writes, by their names below /name/environment. The role that plans reads these and no other."
  type        = set(string)
  nullable    = false

  validation {
    condition     = alltrue([for setting in var.settings : can(regex("^[a-zA-Z0-9_-]+(/[a-zA-Z0-9_-]+)+$", setting))])
    error_message = "settings must be whole names such as pricing/tax: with a wildcard a secret could be among them."
  }
}

variable "repository" {
  description = "The repository whose pipelines get roles: OWNER/NAME."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository must be OWNER/NAME, as in the address of the repository on GitHub."
  }
}

variable "branch" {
  description = "Branch that is deployed. Its pipelines may plan; deploying wants an approved environment besides."
  type        = string
  default     = "main"
  nullable    = false
}

variable "environments" {
  description = "Environments of the checkout, each an environment of the repository too; each gets a role that deploys it and no other."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.environments) > 0 && alltrue([for name in var.environments : can(regex("^[a-z][a-z0-9]{1,9}$", name))])
    error_message = "environments must be one or more names of 2 to 10 lower-case letters and digits, such as prod."
  }

  # Its roles would be called like the pipelines' own, and it could change them.
  validation {
    condition     = !contains(var.environments, "pipeline")
    error_message = "environments must not name an environment pipeline."
  }
}

variable "state" {
  description = "Where Terraform's states are: ARN of the bucket, ARN of the lock table."
  type = object({
    bucket_arn = string
    table_arn  = string
  })
  nullable = false
}

variable "provider_arn" {
  description = "ARN of the account's identity provider for GitHub, of which there can be one only; made when null."
  type        = string
  default     = null
}

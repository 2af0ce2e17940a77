variable "name" {
  description = "Full name of the role."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,64}$", var.name))
    error_message = "name must be 1 to 64 letters, digits, dashes or underscores."
  }
}

variable "description" {
  description = "Whom the role is for, in one sentence."
  type        = string
  nullable    = false
}

variable "service" {
  description = "Short name of the service that takes the role, such as lambda."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.service))
    error_message = "service must be the part of the service's name before .amazonaws.com, such as lambda."
  }
}

variable "account_id" {
  description = "Number of the account that the service must act for."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be 12 digits."
  }
}

variable "source_arn" {
  description = "ARN of the resource that the service must act for; any of the account's when null."
  type        = string
  default     = null
}

variable "permissions" {
  description = "What the role allows, besides the key and traces, and on which conditions. One statement per reason."
  type = list(object({
    sid       = string
    actions   = list(string)
    resources = list(string)
    conditions = optional(list(object({
      test     = string
      variable = string
      values   = list(string)
    })), [])
  }))
  nullable = false

  validation {
    condition     = length(var.permissions) == length(distinct(var.permissions[*].sid))
    error_message = "permissions must each have a sid of their own."
  }

  validation {
    condition     = !contains(flatten(var.permissions[*].actions), "*") && !contains(flatten(var.permissions[*].resources), "*")
    error_message = "permissions must name their actions and resources; \"*\" alone is not accepted."
  }
}

variable "unscoped_actions" {
  description = "Actions that AWS knows no resources for."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = !anytrue([for action in var.unscoped_actions : strcontains(action, "*")])
    error_message = "unscoped_actions must each be one action, such as logs:CreateLogDelivery, without a wildcard."
  }
}

variable "tracing" {
  description = "Whether the role allows traces to be sent to X-Ray."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key that the role may use on what it reads and writes; none when null."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "Policy that limits what the role may do, whatever its own says; no limit when null."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[^:]+:iam::[^:]+:policy/", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of a policy, such as arn:aws:iam::123456789012:policy/limit."
  }
}

variable "name" {
  description = "Full name of the state machine."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,55}$", var.name))
    error_message = "name must be 1 to 55 letters, digits, dashes or underscores (its role adds 9 to it)."
  }
}

variable "account" {
  description = "Where the state machine is: partition, region, and the number of the account."
  type = object({
    partition = string
    region    = string
    id        = string
  })
  nullable = false
}

variable "definition" {
  description = "The workflow in Amazon States Language, as JSON."
  type        = string
  nullable    = false

  validation {
    condition     = can(jsondecode(var.definition).StartAt)
    error_message = "definition must be JSON with a StartAt."
  }
}

variable "permissions" {
  description = "What the workflow may do, besides writing its own logs and traces; execution-role says what is refused."
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
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  nullable    = false
}

variable "tracing" {
  description = "Whether executions are traced with X-Ray."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key that logs are encrypted with, and that the workflow may use on the messages it sends; none when null."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "Policy that limits what the workflow's role may do, whatever its own says; no limit when null."
  type        = string
  default     = null
}

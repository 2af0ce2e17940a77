variable "name" {
  description = "Full name of the function; its role has the same name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,64}$", var.name))
    error_message = "name must be 1 to 64 letters, digits, dashes or underscores."
  }
}

variable "description" {
  description = "What the function does, in one sentence."
  type        = string
  nullable    = false
}

variable "account_id" {
  description = "Number of the account that the function is in; nobody else's function can take its role."
  type        = string
  nullable    = false
}

variable "package" {
  description = "Where the zip with the code is, and its hash (SHA-256 in base 64)."
  type = object({
    bucket = string
    key    = string
    hash   = string
  })
  nullable = false
}

variable "handler" {
  description = "What Lambda calls, as package.module.function."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z_][a-z0-9_]*(\\.[a-z_][a-z0-9_]*)+$", var.handler))
    error_message = "handler must be a dotted Python name such as cart_validator.handler.handle."
  }
}

variable "runtime" {
  description = "Lambda runtime."
  type        = string
  default     = "python3.13"
  nullable    = false

  validation {
    condition     = can(regex("^python3\\.[0-9]+$", var.runtime))
    error_message = "runtime must be a Python runtime such as python3.13."
  }
}

variable "architecture" {
  description = "Processor: x86_64, or arm64 (a fifth cheaper on AWS)."
  type        = string
  default     = "x86_64"
  nullable    = false

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "architecture must be x86_64 or arm64."
  }
}

variable "memory_mb" {
  description = "Memory in MB; the share of a processor grows with it."
  type        = number
  default     = 256
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240
    error_message = "memory_mb must be between 128 and 10240."
  }
}

variable "timeout_seconds" {
  description = "Seconds after which Lambda stops an invocation."
  type        = number
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900
    error_message = "timeout_seconds must be between 1 and 900."
  }
}

variable "environment" {
  description = "Environment variables of the function."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "permissions" {
  description = "What the function may do, besides writing its own logs and traces; execution-role says what is refused."
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
  default  = []
  nullable = false
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a number of days that CloudWatch Logs offers, such as 7, 30 or 365."
  }
}

variable "tracing" {
  description = "Whether invocations are traced with X-Ray."
  type        = bool
  default     = false
  nullable    = false
}

variable "layer_arns" {
  description = "Layers (ARNs with their versions) whose files the function has in /opt."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.layer_arns : can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:layer:[A-Za-z0-9_-]+:[0-9]+$", arn))])
    error_message = "layer_arns must be ARNs of versions of layers, such as arn:aws:lambda:us-east-2:123456789012:layer:name:1."
  }
}

variable "kms_key_arn" {
  description = "Key that logs and environment variables are encrypted with, and that the function may use on what it reads and writes; AWS's own when null."
  type        = string
  default     = null
}

variable "reserved_concurrency" {
  description = "Invocations that may run at a time, taken out of the account's; no limit of its own when null."
  type        = number
  default     = null

  validation {
    condition     = var.reserved_concurrency == null ? true : var.reserved_concurrency >= 1 && floor(var.reserved_concurrency) == var.reserved_concurrency
    error_message = "reserved_concurrency must be a whole number, 1 or more: with 0 the function would never run."
  }
}

variable "canary_weight" {
  description = "Share (0 to 1) of invocations that a new version gets, beside the one that is live now; 0 makes it live at once."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.canary_weight >= 0 && var.canary_weight < 1
    error_message = "canary_weight must be 0 or more and less than 1, such as 0.1."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that limits what the function's role may do, whatever its own says; no limit when null."
  type        = string
  default     = null
}

variable "event_retries" {
  description = "How often Lambda tries again when a call fails that nobody waits for, such as one of a schedule; AWS's two times when null."
  type        = number
  default     = null

  validation {
    condition     = var.event_retries == null ? true : contains([0, 1, 2], var.event_retries)
    error_message = "event_retries must be 0, 1 or 2, as AWS allows no more."
  }
}

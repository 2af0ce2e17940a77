variable "environment" {
  description = "Short name of the environment; it is part of every name."
  type        = string
}

variable "region" {
  description = "Region that everything is created in."
  type        = string
  default     = "us-east-2"
}

variable "owner" {
  description = "Who answers for what is created (a tag)."
  type        = string
}

variable "cost_center" {
  description = "Who pays for what is created (a tag)."
  type        = string
}

variable "functions_package" {
  description = "Path of the zip with the code of all functions; `uv run python -m lab.package` builds it here."
  type        = string
  default     = "../../../.lab/build/functions.zip"
}

variable "failure_switches_enabled" {
  description = "Whether a checkout may ask for a state of its workflow to fail. Never in prod."
  type        = bool
  default     = false
}

variable "pricing" {
  description = "Currency, shipping and tax; modules/checkout says in which units."
  type = object({
    currency     = string
    home_country = string
    shipping = map(object({
      flat      = number
      free_from = number
    }))
    tax = map(number)
  })
}

variable "mail_sender" {
  description = "Address that customers get mail from."
  type        = string
}

variable "api_throttling" {
  description = "Requests per second, and how many may come at once, over all callers."
  type = object({
    rate  = number
    burst = number
  })
}

variable "architecture" {
  description = "Processor of the functions: x86_64 or arm64."
  type        = string
  default     = "x86_64"
}

variable "memory_mb" {
  description = "Memory in MB of functions that need another amount than 256, by short name."
  type        = map(number)
  default     = {}
}

variable "log_level" {
  description = "Least important message that functions log."
  type        = string
  default     = "INFO"
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
}

variable "tracing" {
  description = "Whether requests are traced with X-Ray."
  type        = bool
  default     = false
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the tables."
  type        = bool
  default     = false
}

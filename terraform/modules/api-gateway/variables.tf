variable "name" {
  description = "Full name of the API."
  type        = string
  nullable    = false
}

variable "description" {
  description = "What the API is for, in one sentence."
  type        = string
  nullable    = false
}

variable "definition" {
  description = "The API in OpenAPI 3.0, as JSON, without anything of AWS in it."
  type        = string
  nullable    = false

  validation {
    condition     = try(startswith(jsondecode(var.definition).openapi, "3.0") && length(jsondecode(var.definition).paths) > 0, false)
    error_message = "definition must be an OpenAPI 3.0 document in JSON with at least one path."
  }
}

variable "stage" {
  description = "Name of the stage; the first part of every path."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,128}$", var.stage))
    error_message = "stage must be 1 to 128 letters, digits, dashes or underscores."
  }
}

variable "function" {
  description = "The function that answers every operation: its name, alias, and the ARN to invoke the alias with."
  type = object({
    name       = string
    alias      = string
    invoke_arn = string
  })
  nullable = false
}

variable "timeout_ms" {
  description = "Milliseconds that API Gateway waits for the function."
  type        = number
  default     = 15000
  nullable    = false

  validation {
    condition     = var.timeout_ms >= 50 && var.timeout_ms <= 29000
    error_message = "timeout_ms must be between 50 and 29000."
  }
}

variable "throttling" {
  description = "Requests per second, and how many may come at once, over all callers."
  type = object({
    rate  = number
    burst = number
  })
  default  = { rate = 100, burst = 200 }
  nullable = false

  validation {
    condition     = var.throttling.rate > 0 && var.throttling.burst > 0
    error_message = "throttling must let some requests through: rate and burst must be above 0."
  }
}

variable "tracing" {
  description = "Whether requests are traced with X-Ray."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that the access log is kept."
  type        = number
  default     = 30
  nullable    = false
}

variable "kms_key_arn" {
  description = "KMS key that the access log is encrypted with; AWS's own when null."
  type        = string
  default     = null
}

variable "cache" {
  description = "Cache for GET requests: its size in GB, how long it keeps an answer, and of which paths; none when null."
  type = object({
    size_gb     = number
    ttl_seconds = number
    paths       = list(string)
  })
  default = null

  validation {
    condition     = var.cache == null ? true : contains([0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118, 237], var.cache.size_gb)
    error_message = "cache.size_gb must be a size that API Gateway offers: 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118 or 237."
  }

  validation {
    condition     = var.cache == null ? true : var.cache.ttl_seconds >= 1 && var.cache.ttl_seconds <= 3600
    error_message = "cache.ttl_seconds must be between 1 and 3600."
  }

  validation {
    condition     = var.cache == null ? true : alltrue([for path in var.cache.paths : can(jsondecode(var.definition).paths[path].get)])
    error_message = "cache.paths must be paths of the definition that answer GET."
  }
}

variable "api_key_required" {
  description = "Whether callers must show an API key that is in the usage plan. Who they are, it does not tell."
  type        = bool
  default     = false
  nullable    = false
}

variable "open_paths" {
  description = "Paths that need no API key in any case, such as the one that monitoring calls."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for path in var.open_paths : can(jsondecode(var.definition).paths[path])])
    error_message = "open_paths must be paths of the definition."
  }
}

variable "method_metrics" {
  description = "Whether CloudWatch counts each method by itself, at 30 cents a month for each metric of a method that is called. What it counts of the whole stage costs nothing."
  type        = bool
  default     = false
  nullable    = false
}

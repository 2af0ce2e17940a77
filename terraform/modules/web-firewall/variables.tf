variable "name" {
  description = "Full name of the web ACL."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,90}$", var.name))
    error_message = "name must be 1 to 90 letters, digits, dashes or underscores (metrics add up to 38 to it)."
  }
}

variable "stage_arn" {
  description = "ARN of the API's stage that it stands in front of."
  type        = string
  nullable    = false
}

variable "requests_per_address" {
  description = "Requests that one address may make in five minutes."
  type        = number
  nullable    = false

  validation {
    condition     = var.requests_per_address >= 10 && var.requests_per_address <= 2000000000
    error_message = "requests_per_address must be between 10 and 2,000,000,000: WAF counts no others."
  }
}

variable "behind_proxy" {
  description = "Whether requests come through CloudFront, whose function says in True-Client-IP who asks. Whoever goes around it can make that up."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that is kept which requests were blocked."
  type        = number
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key that logs are encrypted with; AWS's own when null."
  type        = string
  default     = null
}

variable "name" {
  description = "Name of the user pool."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{1,128}$", var.name))
    error_message = "name must be 1 to 128 letters, digits or any of _+=,.@-."
  }
}

variable "domain_prefix" {
  description = "What the address of the hosted sign-in page begins with; nobody else in the region may have it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.domain_prefix)) && !can(regex("aws|amazon|cognito", var.domain_prefix))
    error_message = "domain_prefix must be 1 to 63 lower-case letters, digits or dashes, without aws, amazon or cognito in it."
  }
}

variable "page_urls" {
  description = "Addresses of the shop's page, to which the browser goes back after signing in or out: exactly these."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.page_urls) > 0 && alltrue([for url in var.page_urls : can(regex("^https://[^*#]+/$", url))])
    error_message = "page_urls must be addresses that begin with https:// and end with /, without * and #."
  }
}

variable "sign_up" {
  description = "Whether anybody may make an account; else an administrator makes it."
  type        = bool
  default     = true
  nullable    = false
}

variable "mfa" {
  description = "Whether a second factor, an authenticator app, is OFF, OPTIONAL or ON."
  type        = string
  default     = "OPTIONAL"
  nullable    = false

  validation {
    condition     = contains(["OFF", "OPTIONAL", "ON"], var.mfa)
    error_message = "mfa must be OFF, OPTIONAL or ON."
  }
}

variable "test_customers" {
  description = "Whether who has the permission cognito-idp:AdminInitiateAuth may sign in as a customer without the page, as tests of a release do."
  type        = bool
  default     = false
  nullable    = false
}

variable "token_minutes" {
  description = "Minutes that an access token is valid; it cannot be taken back earlier."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.token_minutes >= 5 && var.token_minutes <= 1440 && floor(var.token_minutes) == var.token_minutes
    error_message = "token_minutes must be a whole number between 5 and 1440."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the user pool, and with it the accounts of all customers."
  type        = bool
  default     = false
  nullable    = false
}

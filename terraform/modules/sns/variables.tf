variable "name" {
  description = "Full name of the topic."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,256}$", var.name))
    error_message = "name must be 1 to 256 letters, digits, dashes or underscores."
  }
}

variable "publishers" {
  description = "By service (such as events), the ARNs on whose behalf it may publish."
  type        = map(list(string))
  default     = {}
  nullable    = false
}

variable "queues" {
  description = "Queues that get every message, and where a message ends that cannot be delivered."
  type = map(object({
    queue_arn       = string
    dead_letter_arn = string
  }))
  default  = {}
  nullable = false
}

variable "mail_addresses" {
  description = "Addresses that get every message by mail, once they have answered AWS's first one."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.mail_addresses : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", address))])
    error_message = "mail_addresses must be mail addresses."
  }
}

variable "kms_key_arn" {
  description = "Key that messages are encrypted with: one whose policy lets the publishers use it, as SNS's own does not."
  type        = string
  nullable    = false
}

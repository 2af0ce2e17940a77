variable "name" {
  description = "What comes after alias/ in the name of the key."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9/_-]{1,250}$", var.name)) && !startswith(var.name, "aws/")
    error_message = "name must be 1 to 250 letters, digits, slashes, dashes or underscores, and not start with aws/."
  }
}

variable "description" {
  description = "What the key is for, in one sentence."
  type        = string
  nullable    = false
}

variable "account" {
  description = "Where the key is: partition, region, and the number of the account."
  type = object({
    partition = string
    region    = string
    id        = string
  })
  nullable = false
}

variable "deletion_window_days" {
  description = "Days in which a destroyed key can still be called back; after them, what it encrypted is lost."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30
    error_message = "deletion_window_days must be between 7 and 30."
  }
}

variable "name" {
  description = "Full name of the queue."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,80}$", var.name))
    error_message = "name must be 1 to 80 letters, digits, dashes or underscores."
  }
}

variable "arn_prefix" {
  description = "What a queue's ARN has before its name, such as arn:aws:sqs:us-east-2:123456789012."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[^:]+:sqs:[^:]+:[0-9]{12}$", var.arn_prefix))
    error_message = "arn_prefix must look like arn:aws:sqs:us-east-2:123456789012."
  }
}

variable "visibility_timeout_seconds" {
  description = "Seconds that a received message is hidden; for a function, six times its time-out."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.visibility_timeout_seconds >= 0 && var.visibility_timeout_seconds <= 43200
    error_message = "visibility_timeout_seconds must be between 0 and 43200."
  }
}

variable "message_retention_seconds" {
  description = "Seconds that a message is kept: 14 days unless said otherwise."
  type        = number
  default     = 1209600
  nullable    = false

  validation {
    condition     = var.message_retention_seconds >= 60 && var.message_retention_seconds <= 1209600
    error_message = "message_retention_seconds must be between 60 and 1209600."
  }
}

variable "dead_letter" {
  description = "Queue for messages that were received too often without success; none when null."
  type = object({
    queue_arn         = string
    max_receive_count = number
  })
  default = null

  validation {
    condition     = var.dead_letter == null ? true : var.dead_letter.max_receive_count >= 1 && var.dead_letter.max_receive_count <= 1000
    error_message = "dead_letter.max_receive_count must be between 1 and 1000."
  }
}

variable "senders" {
  description = "By service (such as sns), the ARNs on whose behalf it may send."
  type        = map(list(string))
  default     = {}
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key that messages are encrypted with; SQS's own when null."
  type        = string
  default     = null
}

variable "queue_arn" {
  description = "ARN of the SQS queue that messages come from."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[^:]+:sqs:", var.queue_arn))
    error_message = "queue_arn must be the ARN of an SQS queue, such as arn:aws:sqs:us-east-2:123456789012:name."
  }
}

variable "function_arn" {
  description = "ARN of the function's alias that is called with them; it must return `batchItemFailures`, and its role must allow sqs:ReceiveMessage, sqs:DeleteMessage and sqs:GetQueueAttributes."
  type        = string
  nullable    = false
}

variable "batch_size" {
  description = "Messages that one call gets at most."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.batch_size >= 1 && var.batch_size <= 10000 && floor(var.batch_size) == var.batch_size
    error_message = "batch_size must be a whole number between 1 and 10000."
  }

  validation {
    condition     = var.batch_size <= 10 || var.batching_window_seconds >= 1
    error_message = "batch_size above 10 needs batching_window_seconds of at least 1: so AWS wants it."
  }
}

variable "batching_window_seconds" {
  description = "Seconds that Lambda collects messages for before it calls; 0 calls at once."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.batching_window_seconds >= 0 && var.batching_window_seconds <= 300
    error_message = "batching_window_seconds must be between 0 and 300."
  }
}

variable "maximum_concurrency" {
  description = "Calls that may run at a time for this queue; no limit of its own when null."
  type        = number
  default     = null

  validation {
    condition     = var.maximum_concurrency == null ? true : var.maximum_concurrency >= 2 && var.maximum_concurrency <= 1000
    error_message = "maximum_concurrency must be between 2 and 1000, as AWS allows no less and no more."
  }
}

variable "prefix" {
  description = "What every alarm's name starts with."
  type        = string
}

variable "topic_arn" {
  description = "Topic that hears of every alarm."
  type        = string
}

variable "queues" {
  description = "By short name, queues that should be empty, and what it means when one is not."
  type = map(object({
    queue_name = string
    meaning    = string
  }))
}

variable "api" {
  description = "The REST API that is watched: its name and its stage."
  type = object({
    name  = string
    stage = string
  })
}

variable "state_machine" {
  description = "ARN of the workflow that is watched."
  type        = string
}

variable "thresholds" {
  description = "From what on an alarm is raised: messages in a queue that should be empty, percent of requests with a 5xx, failed executions in five minutes."
  type = object({
    queued_messages    = optional(number, 1)
    api_errors_percent = optional(number, 1)
    failed_executions  = optional(number, 1)
  })
  default = {}

  validation {
    condition     = var.thresholds.queued_messages >= 1 && var.thresholds.failed_executions >= 1
    error_message = "thresholds.queued_messages and thresholds.failed_executions must be 1 or more: with 0 the alarm would never end."
  }

  validation {
    condition     = var.thresholds.api_errors_percent > 0 && var.thresholds.api_errors_percent < 100
    error_message = "thresholds.api_errors_percent must be more than 0 and less than 100."
  }
}

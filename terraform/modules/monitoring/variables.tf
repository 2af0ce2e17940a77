variable "prefix" {
  description = "What every name starts with."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Region that the dashboard looks at."
  type        = string
  nullable    = false
}

variable "topic_arn" {
  description = "Topic that hears of every alarm."
  type        = string
  nullable    = false
}

variable "runbook" {
  description = "Where the runbook is: an alarm's description ends with this, # and its section."
  type        = string
  default     = "docs/runbook.md"
  nullable    = false
}

variable "api" {
  description = "The REST API that is watched: its name, its stage, and the log group of its access log; none when null."
  type = object({
    name           = string
    stage          = string
    log_group_name = string
  })
  default = null
}

variable "state_machine" {
  description = "The workflow that is watched: its ARN and its log group; none when null."
  type = object({
    arn            = string
    log_group_name = string
  })
  default = null
}

variable "shop" {
  description = "What the checkout itself measures (functions/checkout/metrics.py): the namespace of its metrics, their dimension `environment`, the currency of the revenue, and the steps of the workflow in the order of the dashboard. Nothing of it when null."
  type = object({
    namespace   = string
    environment = string
    currency    = string
    steps       = list(string)
  })
  default = null
}

variable "functions" {
  description = "By short name, the functions that are watched. `rejects_in` is the step in which one ends with an error for a reason of the customer's: Lambda counts it, the alarm does not."
  type = map(object({
    name            = string
    timeout_seconds = number
    memory_mb       = number
    rejects_in      = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = var.shop != null || alltrue([for function in values(var.functions) : function.rejects_in == null])
    error_message = "functions may only have rejects_in with shop: the shop counts what is rejected."
  }
}

variable "tables" {
  description = "Name of every table that is watched, by its short name."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "indexes" {
  description = "By short name of a table, the names of its global secondary indexes: DynamoDB counts what it refuses there for each index alone."
  type        = map(list(string))
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.indexes), keys(var.tables))) == 0
    error_message = "indexes must be keyed by the short name of a table that is watched."
  }

  validation {
    condition     = alltrue([for names in values(var.indexes) : length(names) <= 4])
    error_message = "indexes must be 4 or fewer for a table: an alarm takes 10 metrics, and a table has two of its own."
  }
}

variable "queues" {
  description = "By short name, queues that should be empty, and what it means when one is not."
  type = map(object({
    queue_name = string
    meaning    = string
  }))
  default  = {}
  nullable = false
}

variable "passed_queues" {
  description = "Names of queues that messages only pass through, by their short name: the dashboard shows how many wait."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "topics" {
  description = "Name of every topic, by its short name: the dashboard shows what is published."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "thresholds" {
  description = "Thresholds at which an alarm is raised. Counts are of five minutes. There is no alarm where function_throttles, function_time_percent, table_throttles or minutes_without_orders is 0."
  type = object({
    api_errors_percent     = optional(number, 1)
    api_latency_ms         = optional(number, 3000)
    function_errors        = optional(number, 3)
    function_throttles     = optional(number, 1)
    function_time_percent  = optional(number, 80)
    failed_executions      = optional(number, 1)
    timed_out_executions   = optional(number, 1)
    queued_messages        = optional(number, 1)
    table_throttles        = optional(number, 10)
    minutes_without_orders = optional(number, 0)
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for count in [
        var.thresholds.function_errors, var.thresholds.failed_executions,
        var.thresholds.timed_out_executions, var.thresholds.queued_messages,
      ] : count >= 1 && floor(count) == count
    ])
    error_message = "thresholds that count something must be whole numbers, 1 or more: with 0 the alarm would never end."
  }

  validation {
    condition = alltrue([
      for count in [var.thresholds.function_throttles, var.thresholds.table_throttles] : count >= 0 && floor(count) == count
    ])
    error_message = "thresholds of throttles must be whole numbers, or 0 for no such alarm."
  }

  validation {
    condition     = var.shop != null || var.thresholds.minutes_without_orders == 0
    error_message = "thresholds.minutes_without_orders needs shop: nobody else counts orders."
  }

  validation {
    condition     = var.thresholds.api_errors_percent > 0 && var.thresholds.api_errors_percent < 100
    error_message = "thresholds.api_errors_percent must be more than 0 and less than 100."
  }

  validation {
    condition     = var.thresholds.api_latency_ms >= 50 && var.thresholds.api_latency_ms <= 29000
    error_message = "thresholds.api_latency_ms must be between 50 and 29000: API Gateway itself gives up after 29 seconds."
  }

  validation {
    condition     = var.thresholds.function_time_percent == 0 || (var.thresholds.function_time_percent >= 10 && var.thresholds.function_time_percent <= 100)
    error_message = "thresholds.function_time_percent must be between 10 and 100, in percent of a function's time-out, or 0 for no such alarm."
  }

  validation {
    condition = (
      floor(var.thresholds.minutes_without_orders) == var.thresholds.minutes_without_orders
      && var.thresholds.minutes_without_orders >= 0 && var.thresholds.minutes_without_orders <= 1440
    )
    error_message = "thresholds.minutes_without_orders must be whole minutes up to 1440 (CloudWatch looks back one day at most), or 0 for no such alarm."
  }
}

variable "saved_queries" {
  description = "Whether the questions that the runbook asks of the logs are kept in Logs Insights."
  type        = bool
  default     = true
  nullable    = false
}

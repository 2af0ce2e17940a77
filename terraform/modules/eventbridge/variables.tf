variable "name" {
  description = "Full name of the event bus; rules and schedules add theirs to it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{1,48}$", var.name)) && var.name != "default"
    error_message = "name must be 1 to 48 letters, digits, dots, dashes or underscores, and not \"default\"."
  }
}

variable "rules" {
  description = "By name, which events go where, and where one ends that cannot be delivered."
  type = map(object({
    description     = string
    detail_types    = list(string)
    target_arn      = string
    dead_letter_arn = string
  }))
  nullable = false

  validation {
    condition     = alltrue([for rule in values(var.rules) : length(rule.detail_types) > 0])
    error_message = "rules must each name at least one detail type."
  }
}

variable "schedules" {
  description = "By name, when something is to be done: rate(1 minute) or cron(0 3 * * ? *)."
  type = map(object({
    description = string
    expression  = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for schedule in values(var.schedules) : can(regex("^(rate|cron)\\(.+\\)$", schedule.expression))])
    error_message = "schedules must each have an expression such as rate(1 minute) or cron(0 3 * * ? *)."
  }
}

# Apart from the schedules, so that what needs a schedule's ARN does not wait for the functions.
variable "scheduled_functions" {
  description = "By name of the schedule, the function it calls, for how many seconds a call is tried that cannot be delivered (60 to 86400), and where it ends then."
  type = map(object({
    name            = string
    alias           = string
    alias_arn       = string
    dead_letter_arn = string
    retry_seconds   = optional(number, 60)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for function in values(var.scheduled_functions) : function.retry_seconds >= 60 && function.retry_seconds <= 86400])
    error_message = "scheduled_functions must be tried for 60 to 86400 seconds, as EventBridge allows no less and no more."
  }

  validation {
    condition     = toset(keys(var.scheduled_functions)) == toset(keys(var.schedules))
    error_message = "scheduled_functions must name a function for every schedule, and none else."
  }
}

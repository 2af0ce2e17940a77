variable "name" {
  description = "Name of the budget."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,100}$", var.name))
    error_message = "name must be 1 to 100 letters, digits, dashes or underscores."
  }
}

variable "monthly_usd" {
  description = "US dollars that a month may cost."
  type        = number
  nullable    = false

  validation {
    condition     = var.monthly_usd > 0
    error_message = "monthly_usd must be more than 0."
  }
}

variable "alert_percents" {
  description = "Percentages of monthly_usd at which the topic hears what has been spent; of a forecast above 100 it always hears."
  type        = list(number)
  default     = [50, 80, 100]
  nullable    = false

  validation {
    condition     = alltrue([for percent in var.alert_percents : percent > 0 && percent <= 1000])
    error_message = "alert_percents must be more than 0 and at most 1000."
  }

  validation {
    condition     = length(var.alert_percents) <= 4
    error_message = "alert_percents must be 4 or fewer: AWS sends five alerts per budget, and the fifth is for the forecast."
  }
}

variable "tags" {
  description = "The tag of what counts, by its key."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.tags) == 1
    error_message = "tags must name one tag: without one the budget would count the whole account, and of several AWS does not say whether all must match."
  }
}

variable "topic_arn" {
  description = "Topic that hears of every alert; it must let budgets.amazonaws.com publish."
  type        = string
  nullable    = false
}

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

variable "name" {
  description = "What every name starts with."
  type        = string
  default     = "thumbnails"
  nullable    = false
}

variable "environment" {
  description = "Short name of the environment; it is part of every name."
  type        = string
  default     = "dev"
  nullable    = false
}

variable "package" {
  description = "Path of the zip with the code: cd src && zip ../worker.zip worker.py"
  type        = string
  default     = "worker.zip"
  nullable    = false
}

variable "alarm_receivers" {
  description = "Addresses that get a mail about every alarm, once they have answered AWS's first one."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "runbook" {
  description = "Where it says what to do about an alarm."
  type        = string
  default     = "README.md"
  nullable    = false
}

variable "package" {
  description = "Path of the zip with the code; it has greetings.py with a function `handle`."
  type        = string
  default     = "greetings.zip"
  nullable    = false
}

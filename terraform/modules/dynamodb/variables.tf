variable "name" {
  description = "Full name of the table."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.name))
    error_message = "name must be 3 to 255 letters, digits, dots, dashes or underscores."
  }
}

variable "hash_key" {
  description = "Attribute that is the partition key."
  type        = string
  nullable    = false
}

variable "range_key" {
  description = "Attribute that is the sort key; none when null."
  type        = string
  default     = null
}

variable "attributes" {
  description = "Type (S, N or B) of every attribute that is part of a key of the table or of an index."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for type in values(var.attributes) : contains(["S", "N", "B"], type)])
    error_message = "attributes must each be of type S, N or B."
  }

  validation {
    condition = toset(keys(var.attributes)) == toset(compact(concat(
      [var.hash_key, var.range_key],
      flatten([for index in values(var.indexes) : [index.hash_key, index.range_key]]),
    )))
    error_message = "attributes must name exactly the attributes that keys of the table and its indexes use."
  }
}

variable "indexes" {
  description = "Global secondary indexes by name; each projects all attributes."
  type = map(object({
    hash_key  = string
    range_key = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.indexes) : can(regex("^[a-zA-Z0-9_.-]{3,255}$", name))])
    error_message = "indexes must have names of 3 to 255 letters, digits, dots, dashes or underscores."
  }
}

variable "ttl_attribute" {
  description = "Attribute with the second (since 1970) after which DynamoDB removes the item; none when null."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the table."
  type        = bool
  default     = false
  nullable    = false
}

variable "recovery_days" {
  description = "Days that the table can be taken back to, to any second."
  type        = number
  default     = 35
  nullable    = false

  validation {
    condition     = var.recovery_days >= 1 && var.recovery_days <= 35 && floor(var.recovery_days) == var.recovery_days
    error_message = "recovery_days must be a whole number between 1 and 35; a backup keeps what is older."
  }
}

variable "kms_key_arn" {
  description = "Key that the table is encrypted with; one that AWS manages when null."
  type        = string
  default     = null
}

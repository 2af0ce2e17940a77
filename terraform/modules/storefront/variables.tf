variable "name" {
  description = "What every name begins with."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,33}[a-z0-9]$", var.name))
    error_message = "name must be 2 to 35 lower-case letters, digits or dashes: a bucket's name is made of it."
  }
}

variable "account" {
  description = "Number of the account, which makes the buckets' names unique."
  type        = object({ id = string })
  nullable    = false
}

variable "api" {
  description = "The API that is to be found below /api: the name of its host, and its stage, which nobody sees."
  type = object({
    domain_name = string
    stage       = string
  })
  nullable = false
}

variable "distribution" {
  description = "Whether CloudFront stands in front of the bucket; without it the files are there and nobody can read them."
  type        = bool
  default     = true
  nullable    = false
}

variable "sign_in_origin" {
  description = "Origin that the page may talk to besides its own: that of the sign-in; none when null."
  type        = string
  default     = null

  validation {
    condition     = var.sign_in_origin == null || can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", var.sign_in_origin))
    error_message = "sign_in_origin must be https:// and the name of a host, without a path."
  }
}

variable "domain" {
  description = "Name of your own for the page, and the ARN of its certificate in us-east-1; CloudFront's name when null."
  type = object({
    name            = string
    certificate_arn = string
  })
  default = null

  validation {
    condition     = var.domain == null || can(regex("^arn:aws[a-z-]*:acm:us-east-1:", var.domain.certificate_arn))
    error_message = "domain.certificate_arn must be a certificate in us-east-1: CloudFront takes no other."
  }
}

variable "web_acl_arn" {
  description = "Web ACL of scope CLOUDFRONT in front of the page; none when null. The API has its own."
  type        = string
  default     = null

  validation {
    condition     = var.web_acl_arn == null || can(regex("^arn:aws[a-z-]*:wafv2:us-east-1:[0-9]{12}:global/webacl/", var.web_acl_arn))
    error_message = "web_acl_arn must be a web ACL of scope CLOUDFRONT, which is in us-east-1."
  }
}

variable "price_class" {
  description = "How much of the world has the page near: PriceClass_100 (Europe, North America), PriceClass_200 or PriceClass_All."
  type        = string
  default     = "PriceClass_100"
  nullable    = false

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "price_class must be PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "log_retention_days" {
  description = "Days that is kept who asked for what."
  type        = number
  nullable    = false
}

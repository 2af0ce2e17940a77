variable "api" {
  description = "Host and stage of the API that is to be found below /api."
  type = object({
    domain_name = string
    stage       = string
  })
  nullable = false
}

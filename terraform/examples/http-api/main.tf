# A function behind an HTTP API, with a firewall in front of it.

module "common" {
  source = "../../modules/common"

  name        = "greetings"
  environment = "dev"
}

module "package" {
  source = "../../modules/package"

  bucket_name = "${module.common.prefix}-code-${module.common.account_id}"
  package     = var.package
}

module "function" {
  source = "../../modules/lambda"

  name               = "${module.common.prefix}-api"
  description        = "Answers every request of the API"
  account_id         = module.common.account_id
  package            = module.package.package
  handler            = "greetings.handle"
  timeout_seconds    = 10
  log_retention_days = 365
}

module "api" {
  source = "../../modules/api-gateway"

  name        = module.common.prefix
  description = "Greets who asks"
  stage       = "v1"
  timeout_ms  = 10000
  tracing     = true

  log_retention_days = 365

  definition = jsonencode({
    openapi = "3.0.3"
    info    = { title = "Greetings", version = "1" }
    paths = {
      "/greetings/{name}" = {
        get = {
          parameters = [{ name = "name", in = "path", required = true, schema = { type = "string" } }]
          responses  = { "200" = { description = "A greeting" } }
        }
      }
    }
  })

  function = {
    name       = module.function.function_name
    alias      = module.function.alias_name
    invoke_arn = module.function.alias_invoke_arn
  }
}

module "firewall" {
  source = "../../modules/web-firewall"

  name                 = module.common.prefix
  stage_arn            = module.api.stage_arn
  requests_per_address = 1000
  log_retention_days   = 365
}

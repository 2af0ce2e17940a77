provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Project     = "ecommerce-checkout"
      Environment = var.environment
      ManagedBy   = "terraform"
      Owner       = var.owner
      CostCenter  = var.cost_center
    }
  }
}

module "checkout" {
  source = "../../modules/checkout"

  environment              = var.environment
  functions_package        = var.functions_package
  api_definition           = file("${path.root}/../../../functions/checkout_api/openapi.json")
  failure_switches_enabled = var.failure_switches_enabled
  pricing                  = var.pricing
  mail_sender              = var.mail_sender
  api_throttling           = var.api_throttling
  architecture             = var.architecture
  memory_mb                = var.memory_mb
  log_level                = var.log_level
  log_retention_days       = var.log_retention_days
  tracing                  = var.tracing
  deletion_protection      = var.deletion_protection
}

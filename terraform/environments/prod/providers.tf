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

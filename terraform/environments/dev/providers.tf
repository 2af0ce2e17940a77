provider "aws" {
  region = local.shop.region

  default_tags {
    tags = {
      Project     = local.shop.project
      Environment = var.environment
      Stack       = "${local.shop.name}-${var.environment}"
      ManagedBy   = "terraform"
      Owner       = var.owner == null ? local.shop.owner : var.owner
      CostCenter  = var.cost_center == null ? local.shop.cost_center : var.cost_center
    }
  }
}

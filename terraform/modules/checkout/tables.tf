locals {
  tables = {
    products = {
      hash_key   = "sku"
      attributes = { sku = "S", listing = "S", listingKey = "S" }
      indexes    = { listing = { hash_key = "listing", range_key = "listingKey" } }
    }

    inventory = {
      hash_key   = "sku"
      attributes = { sku = "S", lowStockUntold = "S", lowStockClaimUntil = "N" }
      indexes    = { untold = { hash_key = "lowStockUntold", range_key = "lowStockClaimUntil" } }
    }

    promotions = {
      hash_key   = "code"
      range_key  = "scope"
      attributes = { code = "S", scope = "S" }
    }

    reservations = {
      hash_key   = "orderId"
      attributes = { orderId = "S", heldStatus = "S", expiresAt = "N" }
      indexes    = { held = { hash_key = "heldStatus", range_key = "expiresAt" } }
    }

    payments = {
      hash_key   = "paymentId"
      range_key  = "entry"
      attributes = { paymentId = "S", entry = "S" }
    }

    orders = {
      hash_key   = "orderId"
      attributes = { orderId = "S", customerId = "S", createdAt = "S", openStatus = "S" }
      indexes = {
        by-customer = { hash_key = "customerId", range_key = "createdAt" }
        open        = { hash_key = "openStatus", range_key = "createdAt" }
      }
    }

    idempotency = {
      hash_key      = "key"
      attributes    = { key = "S" }
      ttl_attribute = "expiresAt"
    }
  }
}

module "table" {
  source   = "../dynamodb"
  for_each = local.tables

  name                = "${var.table_prefix}${each.key}-${var.environment}"
  hash_key            = each.value.hash_key
  range_key           = lookup(each.value, "range_key", null)
  attributes          = each.value.attributes
  indexes             = lookup(each.value, "indexes", {})
  ttl_attribute       = lookup(each.value, "ttl_attribute", null)
  deletion_protection = var.deletion_protection
  recovery_days       = var.recovery_days
  kms_key_arn         = local.key_arn
}

module "backup" {
  source = "../backup"
  count  = var.backup_retention_days > 0 ? 1 : 0

  name                = local.prefix
  account             = { partition = module.common.partition, id = module.common.account_id }
  resource_arns       = values(module.table)[*].table_arn
  retention_days      = var.backup_retention_days
  copy_vault_arn      = var.backup_copy_vault_arn
  kms_key_arn         = local.key_arn
  deletion_protection = var.deletion_protection

  permissions_boundary_arn = local.permissions_boundary_arn
}

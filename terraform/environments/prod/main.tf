module "checkout" {
  source = "../../modules/checkout"

  environment       = var.environment
  name              = local.shop.name
  table_prefix      = local.shop.table_prefix
  functions_package = var.functions_package
  api_definition    = file("${path.root}/../../../functions/checkout_api/openapi.json")

  pricing                  = merge(var.pricing, { currency = var.pricing.currency == null ? local.shop.currency : var.pricing.currency })
  mail_sender              = var.mail_sender
  payment_gateway          = var.payment_gateway
  failure_switches_enabled = var.failure_switches_enabled
  gateway_timeout_ms       = var.gateway_timeout_ms
  reservation_hold_seconds = var.reservation_hold_seconds
  identity_provider        = var.identity_provider
  sign_in                  = var.sign_in
  storefront               = var.storefront
  storefront_distribution  = var.storefront_distribution
  token_issuer             = var.token_issuer == null ? local.shop.token_issuer : var.token_issuer

  api_throttling       = var.api_throttling
  api_cache            = var.api_cache
  api_key_required     = var.api_key_required
  firewall             = var.firewall
  architecture         = var.architecture
  memory_mb            = var.memory_mb
  reserved_concurrency = var.reserved_concurrency
  canary_weight        = var.canary_weight

  metric_namespace   = local.shop.metric_namespace
  log_level          = var.log_level
  log_retention_days = var.log_retention_days
  tracing            = var.tracing

  opentelemetry_layer_arn = var.opentelemetry_layer_arn
  alarm_receivers         = var.alarm_receivers
  alarm_thresholds        = var.alarm_thresholds
  saved_queries           = var.saved_queries
  runbook                 = var.runbook

  deletion_protection   = var.deletion_protection
  recovery_days         = var.recovery_days
  backup_retention_days = var.backup_retention_days
  backup_copy_vault_arn = var.backup_copy_vault_arn
  audit_trail_days      = var.audit_trail_days
  own_encryption_key    = var.own_encryption_key
  key_deletion_days     = var.key_deletion_days
  permissions_boundary  = var.permissions_boundary

  budget = var.budget
}

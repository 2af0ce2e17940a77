locals {
  prefix        = module.common.prefix
  settings_path = "/${var.name}/${var.environment}"
  key_arn       = var.own_encryption_key ? module.key[0].key_arn : null
  topic_key_arn = var.own_encryption_key ? module.key[0].key_arn : module.topic_key[0].key_arn
  account       = module.common.account

  permissions_boundary_arn = var.permissions_boundary == null ? null : "arn:${module.common.partition}:iam::${module.common.account_id}:policy/${var.permissions_boundary}"

  # A queue takes 25 seconds to create and the state machine needs the functions, so what is
  # created before them gets their ARNs from their names. A queue waits for no topic either, because
  # topics wait for their key.
  state_machine_arn = "${module.common.arn_prefix.states}:stateMachine:${local.prefix}"
  topic_arns        = { for name in ["orders", "operations"] : name => "${module.common.arn_prefix.sns}:${local.prefix}-${name}" }
  queue_arns = {
    for name in ["notifications", "notifications-dlq", "compensation", "undelivered"] :
    name => "${module.common.arn_prefix.sqs}:${local.prefix}-${name}"
  }

  # With time to spare for a batch of mails: a function that is cut off between sending one and
  # noting it down would send it again.
  notifier_timeout = 20

  default_memory_mb = 256

  # `lab` signs where nobody else does, and publishes its key itself: Terraform does not know it.
  lab = { issuer = var.token_issuer, audience = local.prefix, audience_claim = "aud", keys_url = null }

  tokens = var.identity_provider == null ? local.lab : var.identity_provider

  token_settings = merge(
    {
      "auth/issuer"         = local.tokens.issuer
      "auth/audience"       = local.tokens.audience
      "auth/audience-claim" = local.tokens.audience_claim
    },
    local.tokens.keys_url == null ? {} : { "auth/key-set-url" = local.tokens.keys_url },
  )
}

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

  has_page = var.storefront != null && var.storefront_distribution

  # `lab` signs where nobody else does, and publishes its key itself: Terraform does not know it.
  lab_signs = var.sign_in == null && var.identity_provider == null
  lab       = { issuer = var.token_issuer, audience = local.prefix, audience_claim = "aud", keys_url = null, pages = {} }

  pool = var.sign_in == null ? null : {
    issuer         = module.sign_in[0].issuer
    audience       = module.sign_in[0].client_id
    audience_claim = "client_id"
    keys_url       = module.sign_in[0].keys_url
    pages = {
      clientId     = module.sign_in[0].client_id
      authorizeUrl = "${module.sign_in[0].origin}/oauth2/authorize"
      tokenUrl     = "${module.sign_in[0].origin}/oauth2/token"
      logoutUrl    = "${module.sign_in[0].origin}/logout"
    }
  }

  provider = var.identity_provider == null ? null : {
    issuer         = var.identity_provider.issuer
    audience       = var.identity_provider.audience
    audience_claim = var.identity_provider.audience_claim
    keys_url       = var.identity_provider.keys_url
    pages = {
      clientId     = var.identity_provider.client_id
      authorizeUrl = var.identity_provider.authorize_url
      tokenUrl     = var.identity_provider.token_url
      logoutUrl    = var.identity_provider.logout_url
    }
  }

  tokens = var.sign_in != null ? local.pool : var.identity_provider != null ? local.provider : local.lab

  # The page talks to the sign-in only to get a token for a code.
  sign_in_origin = var.sign_in != null ? module.sign_in[0].origin : var.identity_provider == null || local.lab_signs ? null : (
    var.identity_provider.token_url == null ? null : join("/", slice(split("/", var.identity_provider.token_url), 0, 3))
  )

  token_settings = merge(
    {
      "auth/issuer"         = local.tokens.issuer
      "auth/audience"       = local.tokens.audience
      "auth/audience-claim" = local.tokens.audience_claim
    },
    local.lab_signs ? {} : { "auth/key-set-url" = local.tokens.keys_url },
    var.storefront == null ? {} : { "storefront/sign-in" = jsonencode(local.tokens.pages) },
  )
}

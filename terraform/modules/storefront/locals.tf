locals {
  bucket = "${var.name}-storefront-${var.account.id}"
  count  = var.distribution ? 1 : 0
}

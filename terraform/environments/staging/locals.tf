locals {
  # What names this shop: written once, in terraform/shop.json.
  shop = jsondecode(file("${path.module}/../../shop.json"))
}

resource "aws_ssm_parameter" "this" {
  for_each = var.settings

  name  = "${var.path}/${each.key}"
  type  = "String"
  value = each.value
}

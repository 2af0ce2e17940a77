resource "aws_ssm_parameter" "this" {
  for_each = var.settings

  name   = "${var.path}/${each.key}"
  type   = "SecureString"
  key_id = var.kms_key_arn
  value  = each.value
}

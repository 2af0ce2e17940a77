mock_data "aws_caller_identity" {
  defaults = { account_id = "123456789012" }
}

mock_data "aws_partition" {
  defaults = { partition = "aws" }
}

mock_data "aws_region" {
  defaults = { name = "us-east-2" }
}

mock_data "aws_iam_policy_document" {
  defaults = { json = "{}" }
}

mock_data "aws_default_tags" {
  defaults = { tags = { Project = "ecommerce-checkout", Environment = "prod", Stack = "checkout-prod", Owner = "checkout-team" } }
}

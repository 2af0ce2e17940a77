# The bucket is the one that tflocal makes on the emulator. Bucket names are taken once for all of
# AWS, so on AWS say which is yours:
#   terraform init -backend-config=bucket=ecommerce-checkout-terraform-state-<suffix>

terraform {
  backend "s3" {
    bucket         = "ecommerce-checkout-terraform-state-local"
    key            = "dev/terraform.tfstate"
    region         = "us-east-2"
    dynamodb_table = "terraform-state-lock"
    encrypt        = true
  }
}

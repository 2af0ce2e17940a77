# Where the state is. A backend block can read neither terraform/shop.json nor a variable: region and
# lock table are named here once more. The bucket is not: its name tells the account, and one that is
# not yours may be somebody else's. scripts/setup-backend.sh creates it and writes backend.hcl:
#   terraform init -backend-config=backend.hcl

terraform {
  backend "s3" {
    key            = "prod/terraform.tfstate"
    region         = "us-east-2"
    dynamodb_table = "terraform-state-lock"
    encrypt        = true
  }
}

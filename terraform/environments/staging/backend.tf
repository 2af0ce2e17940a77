# Where the state is. The rest is not here: a backend block can read neither terraform/shop.json nor
# a variable, and the bucket's name tells the account; one that is not yours may be somebody else's.
# scripts/setup-backend.sh makes the bucket and writes backend.hcl:
#   terraform init -backend-config=backend.hcl

terraform {
  backend "s3" {
    key     = "staging/terraform.tfstate"
    encrypt = true
  }
}

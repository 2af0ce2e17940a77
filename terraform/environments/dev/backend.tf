# Where the state is. The bucket is not named here: its name tells the account, and a name that is
# not yours may be somebody else's. scripts/setup-backend.sh makes it and writes backend.hcl:
#   terraform init -backend-config=backend.hcl

terraform {
  backend "s3" {
    key            = "dev/terraform.tfstate"
    region         = "us-east-2"
    dynamodb_table = "terraform-state-lock"
    encrypt        = true
  }
}

# The state of what holds the states is in the same bucket, beside theirs. So nobody's laptop is
# needed to change it, and it can be run again from anywhere.

terraform {
  backend "s3" {
    key     = "bootstrap/terraform.tfstate"
    encrypt = true
  }
}

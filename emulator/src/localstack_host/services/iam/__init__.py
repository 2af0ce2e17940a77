"""Permissions, enforced: requests are checked against IAM policies as AWS would check them."""

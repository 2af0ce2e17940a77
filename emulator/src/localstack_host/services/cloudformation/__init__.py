"""CloudFormation, which is not offered by default."""

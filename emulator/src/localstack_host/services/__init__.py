"""AWS services: `provider` is what LocalStack loads, `patches` what is replaced in it."""

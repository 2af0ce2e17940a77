"""What stands before LocalStack's services: refusals, records, pages of its own."""

"""Amazon DynamoDB in plain Python: in a process, as a server, or behind LocalStack."""

"""Suites of others, run against the DynamoDB engine, and what of them is expected to fail."""

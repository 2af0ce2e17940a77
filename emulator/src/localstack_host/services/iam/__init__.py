"""Enforces permissions: evaluates IAM policies for each request, as AWS does."""

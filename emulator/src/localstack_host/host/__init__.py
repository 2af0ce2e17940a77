"""Starts and stops LocalStack, without importing it, so that the commands are fast."""

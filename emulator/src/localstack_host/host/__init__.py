"""Starts and stops LocalStack. Imports nothing of it, so that commands are fast."""

"""Puts the shop on an emulator or into an AWS account, and takes it away again."""

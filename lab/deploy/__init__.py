"""Deploys the shop to an emulator or an AWS account, and destroys it."""

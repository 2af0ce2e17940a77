"""Handlers and patches of the chain that every request passes before it reaches a service."""

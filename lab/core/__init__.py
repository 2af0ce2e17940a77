"""Shared foundations: targets, clients, child processes and errors."""

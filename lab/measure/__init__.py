"""Measures the performance and the costs of the shop."""

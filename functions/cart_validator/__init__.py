"""The step that prices an order."""

"""The steps that end an order and tell the world."""

"""The steps that end an order and publish its event."""

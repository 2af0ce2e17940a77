"""Finishes orders and reservations whose workflow did not."""

"""The mail to the customer."""

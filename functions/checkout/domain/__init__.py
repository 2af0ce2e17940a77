"""The rules of the checkout. Knows nothing but the standard library."""

"""`lab shop`: the storefront, the API behind it and the machine room, at one local address."""

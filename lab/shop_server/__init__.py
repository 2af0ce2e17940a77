"""`lab shop`: the storefront, its API, its sign-in and the machine room, at one origin."""

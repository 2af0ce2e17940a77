"""The lab's sign-in: an OpenID Connect provider for whoever wants to be a customer on the laptop.

Nobody has a password here. Where customers are people, another provider takes its place.
"""

from lab.shop_server.issuer.pages import config, routes

__all__ = ["config", "routes"]

"""How fast the shop is and what it costs."""

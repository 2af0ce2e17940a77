"""The checkout: its rules, its use cases, and what they need from the world."""

"""The `lab` command: what people type, and what they read."""

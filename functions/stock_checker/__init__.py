"""The steps that reserve and release stock."""

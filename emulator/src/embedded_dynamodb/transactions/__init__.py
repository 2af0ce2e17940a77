"""Several actions at once: all or none."""

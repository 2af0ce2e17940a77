"""Application Auto Scaling: targets, policies and scheduled actions, kept as they are set."""

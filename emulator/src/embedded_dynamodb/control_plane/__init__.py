"""Tables are made, described, changed and deleted; and their settings."""

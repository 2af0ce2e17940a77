"""On-demand backups, and tables that are restored from them or to a moment."""

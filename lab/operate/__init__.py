"""Looks after a shop that runs: audits, backups, redrives, dashboards."""

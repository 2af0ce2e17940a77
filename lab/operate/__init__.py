"""Operations of a running shop: audits, backups, redrives, dashboards."""

"""CloudWatch: alarms that are looked at, saved queries, and metrics that functions log."""

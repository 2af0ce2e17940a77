"""CloudWatch Logs Insights: its query language, and queries of log groups."""

"""CloudWatch: evaluation of alarms, metric data, and metrics in the embedded metric format."""

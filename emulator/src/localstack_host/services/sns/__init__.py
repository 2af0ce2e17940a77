"""SNS: its metrics."""

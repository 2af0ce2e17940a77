"""SNS: what its filters and limits lack, and its metrics."""

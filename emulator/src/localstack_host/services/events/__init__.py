"""EventBridge: its metrics."""

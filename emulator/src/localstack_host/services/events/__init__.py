"""EventBridge: what becomes of undelivered events, and the metrics of rules."""

"""EventBridge Scheduler: schedules invoke their targets."""

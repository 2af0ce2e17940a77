"""The deployed shop as customers and operators see it: orders, mails, logs, alarms."""

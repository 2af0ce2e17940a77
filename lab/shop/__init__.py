"""The deployed shop, as a customer and an operator see it: orders, mails, logs, alarms."""

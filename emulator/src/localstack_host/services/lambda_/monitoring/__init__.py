"""What is known of invocations afterwards: their logs and their metrics.

`output` is what a function printed, `report` the lines that Lambda writes around it. `logs` brings
both to CloudWatch Logs, in the role's name, and `metrics` what was counted to CloudWatch.
"""

"""Logs and metrics of invocations.

`output` is the output of a function, `report` the log lines that Lambda adds. `logs` sends both to
CloudWatch Logs, with the function's role, and `metrics` sends metrics to CloudWatch.
"""

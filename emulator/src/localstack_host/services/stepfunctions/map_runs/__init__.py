"""Distributed Map states: what their fields say, their child executions, and what these write.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

"""Runs Lambda functions as processes of this machine, on AWS's own Python runtime client.

`plugin` is what LocalStack loads; `executor` is one execution environment; `runtime_process` one
life of its process; `runtime_api` the HTTP interface that AWS gives to a runtime; `report` what
Lambda writes into the log and answers when something goes wrong.
"""

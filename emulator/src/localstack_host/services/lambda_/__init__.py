"""Runs Lambda functions as processes of this machine, on AWS's own Python runtime client.

`plugin` and `provider` are what LocalStack loads, `patches` what is replaced of it. `executor` is
one execution environment, `runtime_process` one life of its process, `runtime_api` the HTTP
interface that AWS gives to a runtime (`runtime_http` is its server). `monitoring` has the logs and
metrics of invocations.

How a process comes about: `launching` says what it is started with, `packages` what it imports,
`spawning` starts it, from one of the `zygotes` (the program is in `zygote`) or as a program.

What Lambda does around it: `validation` of events and variables, `memory`,
`concurrency` for how many run at a time, `draining` for what runs while its function is changed.
"""

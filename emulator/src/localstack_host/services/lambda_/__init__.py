"""Runs Lambda functions as processes of this machine, on AWS's own Python runtime client.

LocalStack loads `plugin` and `provider`; `patches` has the patches. `executor` is an execution
environment, `runtime_process` a process in it, `runtime_api` the Lambda Runtime API for the runtime
client, with the server in `runtime_http`. `monitoring` has the logs and metrics of invocations.

Starting a process: `launching` collects its parameters, `packages` inspects its imports, and
`spawning` starts it, either forked from one of the `zygotes` (their program is in `zygote`) or as a
program.

Other features of Lambda: `validation` of events and variables, `memory` limits, `concurrency` of
invocations, and `draining` of running invocations when their function is updated.
"""

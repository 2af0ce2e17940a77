"""Runs Lambda functions as processes of this machine, on AWS's own Python runtime client.

`plugin` and `provider` are what LocalStack loads. `executor` is one execution environment,
`runtime_process` one life of its process, `runtime_api` the HTTP interface that AWS gives to a
runtime (`runtime_http` is its server), `report` what Lambda writes into the log and answers when
something goes wrong.

How a process comes about: `launching` says what it is started with, `packages` what it imports,
`spawning` starts it, from one of the `zygotes` (the program is in `zygote`) or as a program.

What Lambda does around it: `limits` for events, `reserved` names of variables, `memory`,
`concurrency` for how many run at a time, `draining` for what runs while its function is changed.
"""

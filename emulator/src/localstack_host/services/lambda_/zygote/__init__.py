"""The zygote: a process with preloaded modules from which function processes are forked.

It runs as a program (`python -m localstack_host.services.lambda_.zygote`) on the functions'
interpreter without site-packages: it may import only the standard library and the packages of AWS's
runtime. `launch` has its messages, `server` receives them, `preload` loads modules, and `child`
prepares a forked process, which then runs the function with `bootstrap`.

`confinement` limits a function's access to files, which have AWS's `places`, and `namespaces` to
processes; both use `system_calls` of Linux. `alone` starts a function without a zygote.
`direct_calls` makes the ordinary calls of AWS's clients cheaper, after `call_plans`: with
`signed_messages` over `direct_connections`.
"""

DIRECT_CALLS = "DIRECT_CALLS"
"""A variable for the zygote's program: with a value, functions make ordinary calls directly."""

"""The zygote: a process with preloaded modules from which function processes are forked.

It runs as a program (`python -m localstack_host.services.lambda_.zygote`) on the functions'
interpreter without site-packages: it may import only the standard library and the packages of AWS's
runtime. `launch` has its messages, `server` receives them, `preload` loads modules, and `child`
prepares a forked process, which then runs the function with `bootstrap`.

`confinement` limits a function's access to files, which have AWS's `places`, and `namespaces` to
processes; both use `system_calls` of Linux. `alone` starts a function without a zygote.
`direct_requests` makes the requests of AWS's clients cheaper.
"""

DIRECT_REQUESTS = "DIRECT_REQUESTS"
"""A variable for the zygote's program: with a value, functions send ordinary requests directly."""

"""The zygote: a process with preloaded modules from which function processes are forked.

It runs as a program (`python -m localstack_host.services.lambda_.zygote`) on the functions'
interpreter without site-packages: it may import only the standard library and the packages of AWS's
runtime. `launch` has its messages, `server` receives them, `preload` loads modules, and `child`
prepares a forked process, which then runs the function with `bootstrap`.

`confinement` limits a function's access to files, which have AWS's `places`, and `namespaces` to
processes; both use `system_calls` of Linux. `alone` starts a function without a zygote.
"""

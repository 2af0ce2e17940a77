"""The warmed process that function processes are forked from: what AWS's snapshot is to Lambda.

Run as a program (`python -m localstack_host.services.lambda_.zygote`) by the bare interpreter that
functions run on, without site-packages: it may import the standard library and what AWS's runtime
brings along, and nothing else. `launch` is what it is told, `server` how it listens, `preload` what
it has loaded, `child` what a forked process does before it runs the function with `bootstrap`.

What a function reaches of the machine: `confinement` for files, at the `places` that AWS has them,
and `namespaces` for processes; `system_calls` is what both ask of Linux. `alone` starts a function
without a zygote.
"""

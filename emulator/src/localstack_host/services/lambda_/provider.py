"""The entry point PROVIDER_OVERRIDE_LAMBDA=host: Lambda for Python functions.

A function that could never run is refused when it is created: LocalStack would accept it, mark it
as failed, and then be unable to delete it.
"""

from __future__ import annotations

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="lambda", name="host")  # type: ignore[untyped-decorator]
def lambda_() -> Service:
    """LocalStack's Lambda, limited to what the process executor can run."""
    from localstack_host.services.lambda_.python_only import PythonOnlyLambda
    from localstack_host.services.lambda_.queue_batches import several_batches

    several_batches()
    return Service.for_provider(PythonOnlyLambda())

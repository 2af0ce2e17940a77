"""The entry point PROVIDER_OVERRIDE_LAMBDA=lab: Lambda for Python functions.

A function that could never run is refused when it is created: LocalStack would accept it, mark it
as failed, and then be unable to delete it.
"""

from __future__ import annotations

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="lambda", name="lab")  # type: ignore[untyped-decorator]
def lambda_() -> Service:
    """LocalStack's Lambda, limited to what the process executor can run."""
    from lab.emulator.lambda_executor.python_only import PythonOnlyLambda
    from lab.emulator.lambda_executor.queue_batches import several_batches

    several_batches()
    return Service.for_provider(PythonOnlyLambda())

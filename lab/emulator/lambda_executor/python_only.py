"""Lambda that refuses what this emulator cannot run, and says so."""

from __future__ import annotations

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.lambda_ import (
    FunctionConfiguration,
    InvalidParameterValueException,
    PackageType,
    UpdateFunctionConfigurationRequest,
)
from localstack.services.lambda_.provider import LambdaProvider

from lab.emulator.lambda_executor.queueing import QueueingAssignment


class PythonOnlyLambda(LambdaProvider):
    """LocalStack's Lambda without containers: zips with a Python runtime, a few at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.lambda_service.assignment_service = QueueingAssignment()

    def _validate_runtime(self, package_type: PackageType, runtime: str | None) -> None:
        if package_type == PackageType.Image:
            _refuse("container images")
        super()._validate_runtime(package_type, runtime)  # type: ignore[no-untyped-call]
        _require_python(runtime)

    @handler("UpdateFunctionConfiguration", expand=False)
    def update_function_configuration(  # type: ignore[override] # by `expand=False`
        self, context: RequestContext, request: UpdateFunctionConfigurationRequest
    ) -> FunctionConfiguration:
        """As LocalStack, after a look at the wanted runtime."""
        if runtime := request.get("Runtime"):
            _require_python(runtime)
        return super().update_function_configuration(context, request)


def _require_python(runtime: str | None) -> None:
    if runtime and not runtime.startswith("python3"):
        _refuse(f"the runtime {runtime}")


def _refuse(what: str) -> None:
    raise InvalidParameterValueException(
        f"This emulator runs Python functions from zip files, and not {what}."
        " Use a python3 runtime, or LocalStack with Docker.",
        Type="User",
    )

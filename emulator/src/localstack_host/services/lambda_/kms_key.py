"""Which KMS key a function's variables are encrypted with: LocalStack forgets it.

Nothing is encrypted. But Terraform would want to set the key at every apply.
"""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.lambda_ import (
    CreateFunctionRequest,
    FunctionConfiguration,
    UpdateFunctionConfigurationRequest,
)
from localstack.services.lambda_.provider import LambdaProvider

Function = tuple[str, str, str]
"""Account, region and name."""


class KeyedLambda(LambdaProvider):
    """Lambda that tells which key it was told."""

    def __init__(self) -> None:
        super().__init__()
        self._keys: dict[Function, str] = {}

    @handler("CreateFunction", expand=False)
    def create_function(  # type: ignore[override] # by `expand=False`
        self, context: RequestContext, request: CreateFunctionRequest
    ) -> FunctionConfiguration:
        """Keeps the key, if one is given."""
        made = super().create_function(context, request)
        self._keys[_function(context, made)] = request.get("KMSKeyArn") or ""
        return made

    @handler("UpdateFunctionConfiguration", expand=False)
    def update_function_configuration(  # type: ignore[override] # by `expand=False`
        self, context: RequestContext, request: UpdateFunctionConfigurationRequest
    ) -> FunctionConfiguration:
        """Keeps the key, if one is given; an empty one takes it away."""
        updated = super().update_function_configuration(context, request)
        if "KMSKeyArn" in request:
            self._keys[_function(context, updated)] = request["KMSKeyArn"] or ""
        return updated

    def get_function(  # type: ignore[override] # the rest is passed on
        self, context: RequestContext, function_name: str, **rest: Any
    ) -> Any:
        """Adds the key, if there is one."""
        answer: Any = super().get_function(context, function_name, **rest)
        if key := self._keys.get(_function(context, answer["Configuration"])):
            answer["Configuration"]["KMSKeyArn"] = key
        return answer


def _function(context: RequestContext, configuration: FunctionConfiguration) -> Function:
    return context.account_id, context.region, configuration["FunctionName"] or ""

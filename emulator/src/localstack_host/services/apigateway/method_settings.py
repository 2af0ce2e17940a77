"""API Gateway whose settings of one method can be removed, and are not lost beside others.

LocalStack removes those of all methods only; and it changes a copy of the stage, so that of two
changes at a time one is lost.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.apigateway.helpers import get_moto_rest_api
from localstack.services.apigateway.next_gen.provider import ApigatewayNextGenProvider


class Gateway(ApigatewayNextGenProvider):
    """LocalStack's API Gateway, with this one operation mended."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._one_at_a_time = Lock()

    def update_stage(
        self,
        context: RequestContext,
        rest_api_id: str,
        stage_name: str,
        patch_operations: Any = None,
        **rest: Any,
    ) -> Any:
        """Removes the settings if that is what is wanted; all else is LocalStack's."""
        with self._one_at_a_time:
            return self._update_stage(context, rest_api_id, stage_name, patch_operations, **rest)

    def _update_stage(
        self,
        context: RequestContext,
        rest_api_id: str,
        stage_name: str,
        patch_operations: Any,
        **rest: Any,
    ) -> Any:
        wanted = patch_operations or []
        settings: dict[str, Any] = (
            get_moto_rest_api(context, rest_api_id).stages[stage_name].method_settings
        )
        if wanted and all(_removes_one_of(settings, operation) for operation in wanted):
            for operation in wanted:
                del settings[_method(operation)]
            return self.get_stage(context, rest_api_id, stage_name)
        return super().update_stage(context, rest_api_id, stage_name, patch_operations, **rest)


def _removes_one_of(settings: dict[str, Any], operation: dict[str, Any]) -> bool:
    return operation["op"] == "remove" and _method(operation) in settings


def _method(operation: dict[str, Any]) -> str:
    """`~1products/GET` of the path `/~1products/GET`."""
    return str(operation["path"]).removeprefix("/")

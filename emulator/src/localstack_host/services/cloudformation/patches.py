"""The patches of CloudFormation: tables, users that are deleted, and parameters without a value.

LocalStack adds all replicas of a global table by UpdateTable, also that of the stack's own region,
which AWS refuses there. What a replica is given beside its region gets lost. An update changes
nothing and succeeds. The expiry of items is switched on twice, which AWS and the engine refuse.

It deletes a user with its groups and policies, which IAM refuses, and counts the stack as deleted.
A stack is complete some time before it has its outputs and its change set.
"""

from __future__ import annotations

from typing import Any

from localstack_host.host import service_selection
from localstack_host.localstack_api import on_infra_start, patch

NO_VALUE = "AWS::NoValue"
EXPIRY = "TimeToLiveSpecification"


def _is_offered() -> bool:
    return "cloudformation" in service_selection.requested()


@on_infra_start(should_load=_is_offered)
def apply_patches() -> None:
    """Applies the patches, if CloudFormation is offered: its providers take memory."""
    _patch_global_tables()
    _patch_tables()
    _patch_users()
    _patch_engine()


def _patch_global_tables() -> None:
    from localstack.services.dynamodb.resource_providers.aws_dynamodb_globaltable import (
        REPEATED_INVOCATION,
        DynamoDBGlobalTableProvider,
    )

    from localstack_host.services.cloudformation.global_table import create_table, refuse_update

    @patch(DynamoDBGlobalTableProvider.create)
    def create(original: Any, provider: Any, request: Any) -> Any:
        if request.custom_context.get(REPEATED_INVOCATION):
            return original(provider, request)
        request.custom_context[REPEATED_INVOCATION] = True
        return create_table(request)

    @patch(DynamoDBGlobalTableProvider.update)
    def update(_original: Any, _provider: Any, request: Any) -> Any:
        return refuse_update(request)


def _patch_tables() -> None:
    from localstack.services.dynamodb.resource_providers.aws_dynamodb_table import (
        REPEATED_INVOCATION,
        DynamoDBTableProvider,
    )

    @patch(DynamoDBTableProvider.create)
    def create(original: Any, provider: Any, request: Any) -> Any:
        model = request.desired_state
        expiry = model.get(EXPIRY)
        is_again = bool(request.custom_context.get(REPEATED_INVOCATION))
        if expiry is None or (_is_on(expiry) and not is_again):
            return original(provider, request)
        del model[EXPIRY]
        event = original(provider, request)
        model[EXPIRY] = expiry
        return event


def _is_on(expiry: Any) -> bool:
    return str(expiry.get("Enabled")).lower() == "true"


def _patch_users() -> None:
    from localstack.services.iam.resource_providers.aws_iam_user import IAMUserProvider

    from localstack_host.services.cloudformation.users import leave_everything

    @patch(IAMUserProvider.delete)
    def delete(original: Any, provider: Any, request: Any) -> Any:
        leave_everything(request.aws_client_factory.iam, request.desired_state["Id"])
        return original(provider, request)


def _patch_engine() -> None:
    from localstack.services.cloudformation.engine.v2.change_set_model import Nothing
    from localstack.services.cloudformation.engine.v2.change_set_model_executor import (
        ChangeSetModelExecutor,
    )
    from localstack.services.cloudformation.engine.v2.change_set_model_preproc import (
        ChangeSetModelPreproc,
        PreprocEntityDelta,
    )

    @patch(ChangeSetModelPreproc._resolve_reference)
    def _resolve_reference(original: Any, preprocessor: Any, logical_id: str) -> Any:
        delta = original(preprocessor, logical_id)
        if NO_VALUE not in (delta.before, delta.after):
            return delta
        before, after = (Nothing if v == NO_VALUE else v for v in (delta.before, delta.after))
        return PreprocEntityDelta(before=before, after=after)

    @patch(ChangeSetModelExecutor.execute)
    def execute(original: Any, executor: Any) -> Any:
        result = original(executor)
        if not result.failure_message:
            _describe(executor._change_set, result)
        return result


def _describe(change_set: Any, result: Any) -> None:
    """Notes in a stack what LocalStack notes after its status."""
    stack = change_set.stack
    if stack.status == "DELETE_IN_PROGRESS":
        return
    named = [one for one in result.outputs if one.get("ExportName")]
    stack.resolved_exports = {one["ExportName"]: one["OutputValue"] for one in named}
    stack.resolved_outputs = result.outputs
    stack.resolved_resources = result.resources
    if change_set.change_set_id in stack.change_set_ids:  # not that of an UpdateStack
        stack.change_set_id = change_set.change_set_id

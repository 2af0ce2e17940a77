"""The patches of CloudFormation: global tables with one replica, and users that are deleted.

A global table with one replica is a table. LocalStack adds all replicas by UpdateTable, also that
of the stack's own region, which AWS refuses there. What a replica is given beside its region gets
lost. An update changes nothing and succeeds.

LocalStack deletes a user with its groups and policies, which IAM refuses, and counts the stack as
deleted.
"""

from __future__ import annotations

from typing import Any

from localstack_host.host import service_selection
from localstack_host.localstack_api import on_infra_start, patch


def _is_offered() -> bool:
    return "cloudformation" in service_selection.requested()


@on_infra_start(should_load=_is_offered)
def apply_patches() -> None:
    """Applies the patches, if CloudFormation is offered: its providers take memory."""
    from localstack.services.dynamodb.resource_providers.aws_dynamodb_globaltable import (
        REPEATED_INVOCATION,
        DynamoDBGlobalTableProvider,
    )
    from localstack.services.iam.resource_providers.aws_iam_user import IAMUserProvider

    from localstack_host.services.cloudformation.global_table import create_table, refuse_update
    from localstack_host.services.cloudformation.users import leave_everything

    @patch(DynamoDBGlobalTableProvider.create)
    def create(original: Any, provider: Any, request: Any) -> Any:
        if request.custom_context.get(REPEATED_INVOCATION):
            return original(provider, request)
        request.custom_context[REPEATED_INVOCATION] = True
        return create_table(request)

    @patch(DynamoDBGlobalTableProvider.update)
    def update(_original: Any, _provider: Any, request: Any) -> Any:
        return refuse_update(request)

    @patch(IAMUserProvider.delete)
    def delete(original: Any, provider: Any, request: Any) -> Any:
        leave_everything(request.aws_client_factory.iam, request.desired_state["Id"])
        return original(provider, request)

"""The operations on Map Runs and their child executions.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-examine-map-run.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localstack.aws.api.stepfunctions import (
    ExecutionDoesNotExist,
    ResourceNotFound,
    StateMachineTypeNotSupported,
)

from localstack_host.localstack_api import RequestContext
from localstack_host.services.stepfunctions.activity_tags import TaggedActivities
from localstack_host.services.stepfunctions.map_runs.children import Child
from localstack_host.services.stepfunctions.map_runs.running import Run

LISTED = 100  # in a page, unless the request says otherwise
UNSUPPORTED = "This operation is not supported by this type of state machine"


class MapRuns(TaggedActivities):
    """Step Functions whose Map Runs have child executions."""

    def list_executions(  # type: ignore[override] # the rest is named
        self, context: RequestContext, map_run_arn: str | None = None, **rest: Any
    ) -> Any:
        """Lists the executions of a machine, or the children of a Map Run, the latest first."""
        if map_run_arn is None:
            return super().list_executions(context, **rest)
        run = self._run(context, map_run_arn)
        if run.is_express:
            raise StateMachineTypeNotSupported(UNSUPPORTED)
        status = rest.get("status_filter")
        children = [each for each in run.in_order()[::-1] if status in (None, each.status)]
        begin = int(rest.get("next_token") or 0)
        end = begin + (rest.get("max_results") or LISTED)
        page: dict[str, Any] = {
            "executions": [each.listed(map_run_arn) for each in children[begin:end]]
        }
        return page | ({"nextToken": str(end)} if end < len(children) else {})

    def describe_execution(  # type: ignore[override] # the rest is named
        self, context: RequestContext, execution_arn: str, **rest: Any
    ) -> Any:
        """Describes a child of a Map Run, too."""
        if "/" not in execution_arn:
            return super().describe_execution(context, execution_arn, **rest)
        run, child = self._child(context, execution_arn)
        return child.described(run.record.map_run_arn)

    def get_execution_history(  # type: ignore[override] # the rest is named
        self, context: RequestContext, execution_arn: str, **rest: Any
    ) -> Any:
        """Returns the history of a child of a Map Run, too."""
        if "/" not in execution_arn:
            return super().get_execution_history(context, execution_arn, **rest)
        _, child = self._child(context, execution_arn)
        events = child.history.get_event_history() if child.history else []
        return {"events": events[::-1] if rest.get("reverse_order") else events}

    def update_map_run(  # type: ignore[override] # the rest is named
        self, context: RequestContext, map_run_arn: str, **changes: Any
    ) -> Any:
        """Changes the limits of a Map Run that goes on."""
        run = self._run(context, map_run_arn)
        names = ("max_concurrency", "tolerated_failure_count", "tolerated_failure_percentage")
        run.record.update(*(changes.get(name) for name in names))
        run.adjust()
        return {}

    def _runs(self, context: RequestContext) -> Iterator[Run]:
        executions: Any = self.get_store(context).executions
        for execution in executions.values():
            environment = getattr(execution.exec_worker, "env", None)
            if environment is None:  # it is stored, and about to start
                continue
            for record in environment.map_run_record_pool_manager.get_all():
                if run := getattr(record, "run", None):
                    yield run

    def _run(self, context: RequestContext, arn: str) -> Run:
        found = (run for run in self._runs(context) if run.record.map_run_arn == arn)
        if (run := next(found, None)) is None:
            raise ResourceNotFound(f"Resource not found: '{arn}'", resourceName=arn)
        return run

    def _child(self, context: RequestContext, arn: str) -> tuple[Run, Child]:
        for run in self._runs(context):
            for child in () if run.is_express else run.children:
                if child.arn == arn:
                    return run, child
        raise ExecutionDoesNotExist(f"Execution Does Not Exist: '{arn}'")

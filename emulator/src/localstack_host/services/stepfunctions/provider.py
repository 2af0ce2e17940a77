"""The entry point PROVIDER_OVERRIDE_STEPFUNCTIONS=host: LocalStack's Step Functions.

Executions are queued, and take less time and memory (`patches.py`). Definitions are checked as AWS
checks them (`definitions/`). The tracing configuration of a state machine is returned, which
LocalStack accepts but does not return. There are no traces, but Terraform would otherwise enable
tracing at every apply.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api.stepfunctions import ExecutionStatus, InvalidDefinition
from localstack.services.stepfunctions.backend.state_machine import StateMachineInstance

from localstack_host.localstack_api import RequestContext, Service, provides
from localstack_host.services.simultaneous_requests import one_at_a_time
from localstack_host.services.stepfunctions import patches, requests, task_tokens
from localstack_host.services.stepfunctions.definitions.check import diagnose
from localstack_host.services.stepfunctions.definitions.diagnostics import Diagnostic
from localstack_host.services.stepfunctions.map_runs.api import MapRuns
from localstack_host.services.stepfunctions.status_events import input_of, with_input


@provides("stepfunctions")
def stepfunctions() -> Service:
    """LocalStack's Step Functions with its patches."""
    patches.apply_patches()
    return Service.for_provider(Workflows())


MOST_DIAGNOSTICS = 100
STANDARD = "STANDARD"


class Workflows(MapRuns):
    """Step Functions that checks what it is given, and returns the tracing configuration."""

    def start_execution(  # type: ignore[override] # the rest is named
        self, context: RequestContext, state_machine_arn: str, **rest: Any
    ) -> Any:
        """Refuses names and inputs that AWS refuses; starts one execution of a name."""
        with _started(rest), one_at_a_time("workflow", rest.get("name")):
            response: Any = super().start_execution(context, state_machine_arn, **rest)
        store = self.get_store(context)
        execution = store.executions.get(response["executionArn"])
        if execution and execution.state_machine_arn not in store.state_machines:
            _end(execution)  # its machine was deleted before it was seen
        return response

    def start_sync_execution(  # type: ignore[override] # the rest is named
        self, context: RequestContext, state_machine_arn: str, **rest: Any
    ) -> Any:
        """Refuses names and inputs that AWS refuses."""
        with _started(rest):
            return super().start_sync_execution(context, state_machine_arn, **rest)

    def describe_execution(  # type: ignore[override] # the rest is named
        self, context: RequestContext, execution_arn: str, **rest: Any
    ) -> Any:
        """Returns the input as it was sent."""
        response = super().describe_execution(context, execution_arn, **rest)
        if "mapRunArn" in response:  # a child's
            return response
        execution = self._get_execution(context, execution_arn)
        return {**response, "input": input_of(execution)}

    def get_execution_history(  # type: ignore[override] # the rest is named
        self, context: RequestContext, execution_arn: str, **rest: Any
    ) -> Any:
        """The events of an execution, in pages if `max_results` is given; its input as sent.

        Raises ValidationException for a page of more than a thousand.
        """
        history: Any = super().get_execution_history(context, execution_arn, **rest)
        told = requests.page(history, rest.get("max_results"), rest.get("next_token"))
        execution = self.get_store(context).executions.get(execution_arn)
        if execution is None:  # a child's
            return told
        sent = input_of(execution)
        return {**told, "events": [with_input(event, sent) for event in told["events"]]}

    def send_task_success(
        self, context: RequestContext, task_token: str, output: str, **_rest: Any
    ) -> Any:
        """Ends a task with its output. Raises InvalidOutput for one that is no JSON."""
        task_tokens.succeed(self._executions(context), task_token, output)
        return {}

    def send_task_failure(
        self,
        context: RequestContext,
        task_token: str,
        error: str | None = None,
        cause: str | None = None,
        **_rest: Any,
    ) -> Any:
        """Ends a task with an error."""
        task_tokens.fail(self._executions(context), task_token, error, cause)
        return {}

    def send_task_heartbeat(self, context: RequestContext, task_token: str, **_rest: Any) -> Any:
        """Reports that a task is still at work."""
        task_tokens.report_alive(self._executions(context), task_token)
        return {}

    def create_state_machine(self, context: RequestContext, request: Any, **rest: Any) -> Any:
        """Raises InvalidName or InvalidDefinition if AWS would not store the machine."""
        requests.check_name(request["name"])
        _refuse_invalid(request["definition"], request.get("type") or STANDARD)
        with one_at_a_time("workflow", request["name"]):
            return super().create_state_machine(context, request, **rest)

    def validate_state_machine_definition(
        self, context: RequestContext, request: Any, **rest: Any
    ) -> Any:
        """Lists what AWS would refuse a definition for, or what LocalStack's parser does."""
        found = diagnose(request["definition"], request.get("type") or STANDARD)
        if not found:
            return super().validate_state_machine_definition(context, request, **rest)
        most = request.get("maxResults") or MOST_DIAGNOSTICS
        return {
            "result": "FAIL",
            "diagnostics": [_told(diagnostic) for diagnostic in found[:most]],
            "truncated": len(found) > most,
        }

    def describe_state_machine(  # type: ignore[override] # the rest is named
        self, context: RequestContext, state_machine_arn: str, **rest: Any
    ) -> Any:
        """Adds the tracing configuration, if there is one."""
        response: Any = super().describe_state_machine(context, state_machine_arn, **rest)
        machine = self._machine(context, state_machine_arn)
        if machine.tracing_config:
            response["tracingConfiguration"] = machine.tracing_config
        return response

    def update_state_machine(  # type: ignore[override] # the rest is named
        self, context: RequestContext, state_machine_arn: str, **rest: Any
    ) -> Any:
        """Stores the tracing configuration, if the request has one; checks the definition."""
        if definition := rest.get("definition"):
            machine = self.get_store(context).state_machines.get(state_machine_arn)
            _refuse_invalid(definition, machine.sm_type if machine else STANDARD)
        response = super().update_state_machine(context, state_machine_arn, **rest)
        if tracing := rest.get("tracing_configuration"):
            self._machine(context, state_machine_arn).tracing_config = tracing
        return response

    def delete_state_machine(
        self, context: RequestContext, state_machine_arn: str, **rest: Any
    ) -> Any:
        """Ends its executions, too, each at its next transition.

        https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html
        """
        response = super().delete_state_machine(context, state_machine_arn, **rest)
        for execution in self._executions(context):
            if execution.state_machine_arn == state_machine_arn:
                _end(execution)
        return response

    def _executions(self, context: RequestContext) -> list[Any]:
        return list(self.get_store(context).executions.values())

    def _machine(self, context: RequestContext, arn: str) -> StateMachineInstance:
        machines: dict[str, StateMachineInstance] = self.get_store(context).state_machines
        return machines[arn]


def _started(request: dict[str, Any]) -> AbstractContextManager[None]:
    text = request.get("input")
    requests.check_name(request.get("name"))
    requests.check_input(text)
    return requests.starting(text)


def _end(execution: Any) -> None:
    if execution.exec_status == ExecutionStatus.RUNNING:
        execution.stop(stop_date=datetime.now(UTC), error=None, cause=None)


def _refuse_invalid(definition: str, kind: str) -> None:
    if found := diagnose(definition, kind):
        message = ", ".join(map(str, found))
        raise InvalidDefinition(f"Invalid State Machine Definition: '{message}'")


def _told(diagnostic: Diagnostic) -> dict[str, str]:
    told = {"severity": "ERROR", "code": diagnostic.code, "message": diagnostic.message}
    return told | ({"location": diagnostic.location} if diagnostic.location else {})

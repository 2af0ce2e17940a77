"""The entry point PROVIDER_OVERRIDE_STEPFUNCTIONS=host: LocalStack's Step Functions.

Executions are queued, and take less time and memory (`patches.py`). The tracing configuration of a
state machine is returned, which LocalStack accepts but does not return. There are no traces, but
Terraform would otherwise enable tracing at every apply.
"""

from __future__ import annotations

from typing import Any

from localstack.services.stepfunctions.backend.state_machine import StateMachineInstance
from localstack.services.stepfunctions.provider import StepFunctionsProvider

from localstack_host.localstack_api import RequestContext, Service, provides
from localstack_host.services.stepfunctions import patches


@provides("stepfunctions")
def stepfunctions() -> Service:
    """LocalStack's Step Functions with its patches."""
    patches.apply_patches()
    return Service.for_provider(TracedWorkflows())


class TracedWorkflows(StepFunctionsProvider):
    """Step Functions that returns the tracing configuration."""

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
        """Stores the tracing configuration, if the request has one."""
        response = super().update_state_machine(context, state_machine_arn, **rest)
        if tracing := rest.get("tracing_configuration"):
            self._machine(context, state_machine_arn).tracing_config = tracing
        return response

    def _machine(self, context: RequestContext, arn: str) -> StateMachineInstance:
        machines: dict[str, StateMachineInstance] = self.get_store(context).state_machines
        return machines[arn]

"""The entry point PROVIDER_OVERRIDE_STEPFUNCTIONS=host: LocalStack's Step Functions.

It is queued, and quicker and smaller by `patches.py`. And it tells whether a workflow is traced:
LocalStack takes it and never tells it again. There are no traces, but Terraform would want to turn
tracing on at every apply.
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
    """Step Functions that tells what it was told about tracing."""

    def describe_state_machine(  # type: ignore[override] # the rest is named
        self, context: RequestContext, state_machine_arn: str, **rest: Any
    ) -> Any:
        """Adds the tracing configuration, if there is one."""
        answer: Any = super().describe_state_machine(context, state_machine_arn, **rest)
        machine = self._machine(context, state_machine_arn)
        if machine.tracing_config:
            answer["tracingConfiguration"] = machine.tracing_config
        return answer

    def update_state_machine(  # type: ignore[override] # the rest is named
        self, context: RequestContext, state_machine_arn: str, **rest: Any
    ) -> Any:
        """Keeps the tracing configuration, if one is given."""
        answer = super().update_state_machine(context, state_machine_arn, **rest)
        if wanted := rest.get("tracing_configuration"):
            self._machine(context, state_machine_arn).tracing_config = wanted
        return answer

    def _machine(self, context: RequestContext, arn: str) -> StateMachineInstance:
        machines: dict[str, StateMachineInstance] = self.get_store(context).state_machines
        return machines[arn]

"""The entry point PROVIDER_OVERRIDE_IAM=host: the policy simulator decides as requests are."""

from __future__ import annotations

from typing import Any

from localstack_host.localstack_api import Service, falling_back_to_moto, provides


@provides("iam")
def iam() -> Service:
    """LocalStack's IAM with the simulator of this package."""
    from localstack.services.iam.provider import IamProvider as Provider

    from localstack_host.services.iam.simulation import PolicySimulator

    made: Any = Provider
    provider = made()
    simulator = PolicySimulator()
    provider.policy_simulator = simulator
    service = falling_back_to_moto(provider)
    skeleton: Any = service.skeleton
    skeleton.dispatch_table["SimulateCustomPolicy"] = simulator.simulate_custom_policy
    return service

"""Starts again what the services run beside their stores: versions, mappings, rules, schedules."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

from localstack_host.services.events import replays
from localstack_host.state import stream_positions

LOG = logging.getLogger(__name__)
START_TIMEOUT_S = 60.0
DUE: list[Callable[[], object]] = []
RATE = re.compile(r"rate\(\s*(\d+)\s+minutes?\s*\)")
FREQUENT_MINUTES = 5


def revive_events(provider: Any) -> None:
    """EventBridge holds buses, rules, targets, archives and schedules in its provider, too."""
    from localstack.services.events.models import events_stores

    for account, region, store in events_stores.iter_stores():
        for bus in list(store.event_buses.values()):
            _revive_bus(provider, bus)
            for rule in list(bus.rules.values()):
                _revive_rule(provider, rule, account, region)
        _revive_others(provider, store)


def revive_scheduler() -> None:
    """Schedules invoke their targets from when functions can call the API."""
    from localstack_host.services.scheduler import occurrences

    DUE.append(occurrences.plan_all)


def _revive_bus(provider: Any, bus: Any) -> None:
    from localstack.services.events.event_bus import EventBusService

    service: Any = EventBusService(bus)
    provider._event_bus_services_store[service.arn] = service


def _revive_rule(provider: Any, rule: Any, account: str, region: str) -> None:
    from localstack.services.events.rule import RuleService

    service: Any = RuleService(rule)
    provider._rule_services_store[rule.arn] = service
    for target in list(rule.targets.values()):
        provider.create_target_sender(target, rule.arn, rule.name, region, account)
    if rule.schedule_expression and rule.targets:
        job = provider._get_scheduled_rule_job_function(account, region, rule)
        service.create_schedule_job(job)
        if rule.state == "DISABLED":
            service.disable()
        elif is_frequent(rule.schedule_expression):
            DUE.append(job)


def run_due() -> None:
    """Runs the jobs of frequent rules and plans schedules, when everything is loaded."""
    while DUE:
        try:
            DUE.pop()()
        except Exception:
            LOG.exception("A scheduled rule failed after the load")


def is_frequent(schedule: str) -> bool:
    """Whether a rule is due again within minutes.

    It runs soon after a load, and at its rate after that: what the stop has interrupted is often
    found by such a rule, as a sweeper's.
    """
    match = RATE.fullmatch(schedule)
    return match is not None and int(match[1]) <= FREQUENT_MINUTES


def _revive_others(provider: Any, store: Any) -> None:
    from localstack.services.events.api_destination import APIDestinationService
    from localstack.services.events.archive import ArchiveService
    from localstack.services.events.connection import ConnectionService
    from localstack.services.events.replay import ReplayService

    kinds: tuple[tuple[dict[str, Any], Any, str, dict[str, Any]], ...] = (
        (store.archives, ArchiveService, "archive", provider._archive_service_store),
        (store.replays, ReplayService, "replay", provider._replay_service_store),
        (store.connections, ConnectionService, "connection", provider._connection_service_store),
        (
            store.api_destinations,
            APIDestinationService,
            "api_destination",
            provider._api_destination_service_store,
        ),
    )
    for models, service_class, attribute, services in kinds:
        for model in list(models.values()):
            service = service_class.__new__(service_class)
            setattr(service, attribute, model)
            _complete(service, model)
            services[model.arn] = service
    for replay in list(store.replays.values()):
        replays.end_interrupted(replay)


def _complete(service: Any, model: Any) -> None:
    """Sets what an archive's service has beside its model; the others have the model only."""
    if hasattr(service, "_initialize_client"):
        from localstack.services.events.utils import extract_event_bus_name

        service.client = service._initialize_client()
        service.event_bus_name = extract_event_bus_name(model.event_source_arn)
        service.rule_name = service.target_id = f"Events-Archive-{model.name}"


def revive_lambda(provider: Any) -> None:
    """Starts every version of every function, side by side, and after that the mappings."""
    from localstack.services.lambda_.invocation.models import lambda_stores

    lambdas = [store for _, _, store in lambda_stores.iter_stores()]
    service = provider.lambda_service
    started = [(one, service.create_function_version(one)) for one in _versions(lambdas)]
    for version, future in started:
        _wait(version, future)
    for store in lambdas:
        _restore_concurrency(provider, store)
        for mapping in list(store.event_source_mappings.values()):
            _start_mapping(provider, mapping)


def _versions(lambdas: list[Any]) -> Iterator[Any]:
    for store in lambdas:
        for function in list(store.functions.values()):
            for version in list(function.versions.values()):
                if version.config.state.state != "Deleting":
                    yield version


def _wait(version: Any, future: Future[None]) -> None:
    try:
        future.result(timeout=START_TIMEOUT_S)
    except Exception:
        LOG.exception("A version of %s did not start after the load", version.id.function_name)


def _restore_concurrency(provider: Any, store: Any) -> None:
    for function in store.functions.values():
        for qualifier, settings in function.provisioned_concurrency_configs.items():
            alias = function.aliases.get(qualifier)
            version = function.versions.get(alias.function_version if alias else qualifier)
            if version is not None:
                arn: Any = version.id.qualified_arn()
                manager = provider.lambda_service.get_lambda_version_manager(arn)
                wanted = settings.provisioned_concurrent_executions
                manager.update_provisioned_concurrency_config(wanted)


def _start_mapping(provider: Any, mapping: Any) -> None:
    from localstack.services.lambda_.event_source_mapping import esm_worker_factory
    from localstack.services.lambda_.provider_utils import get_function_version_from_arn

    factories: Any = esm_worker_factory
    try:
        version: Any = get_function_version_from_arn(mapping["FunctionArn"])
        enabled = mapping.get("State") not in ("Disabled", "Disabling", "Deleting", None)
        factory = factories.EsmWorkerFactory(mapping, version.config.role, enabled)
        worker = factory.get_esm_worker()
        position = getattr(provider, "saved_positions", {}).get(worker.uuid)
        stream_positions.restart(worker.poller, position)
        worker.create()
        provider.esm_workers[worker.uuid] = worker
    except Exception:
        LOG.exception("The event source mapping %s did not start after the load", mapping["UUID"])

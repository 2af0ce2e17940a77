"""The entry points of the services that moto answers, with the operations that it lacks.

LocalStack imports this module when one of these services is called for the first time, and the
module of the service with it: unused ones cost nothing. To add a service of moto: a line here, one
in pyproject.toml, and one in `host/environment.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from localstack_host.localstack_api import Service, provides

Handler = Callable[[Any, Any], Any]  # (RequestContext, request) -> response
Handlers = Mapping[str, Handler]


def _none() -> Handlers:
    return {}


def _of_backup() -> Handlers:
    from localstack_host.services.moto_backed import backup

    return backup.HANDLERS


def _of_budgets() -> Handlers:
    from localstack_host.services.moto_backed import budgets

    return budgets.HANDLERS


def _of_cloudtrail() -> Handlers:
    from localstack_host.services.moto_backed import cloudtrail, patches

    patches.apply_to_trails()
    return cloudtrail.HANDLERS


def _of_cognito() -> Handlers:
    from localstack_host.services.moto_backed import cognito, patches

    patches.apply_to_user_pools()
    return cognito.HANDLERS


def _provider(api: str, own: Callable[[], Handlers]) -> Callable[[], Service]:
    def make() -> Service:
        from localstack.aws.skeleton import Skeleton
        from localstack.aws.spec import load_service
        from localstack.services.moto import _proxy_moto, call_moto_with_request

        model = load_service(api)
        # moto knows a path only as botocore writes it; the SDK for Go omits a slash at its end.
        ask = call_moto_with_request if model.protocol.startswith("rest") else _proxy_moto
        handlers = dict.fromkeys(model.operation_names, ask) | dict(own())
        return Service(api, skeleton=Skeleton(model, handlers))

    return provides(api)(make)


backup = _provider("backup", _of_backup)
budgets = _provider("budgets", _of_budgets)
cloudtrail = _provider("cloudtrail", _of_cloudtrail)
cognito_idp = _provider("cognito-idp", _of_cognito)
wafv2 = _provider("wafv2", _none)

"""The entry point application-autoscaling:host: what is set is kept, and nothing is scaled.

moto has a backend for it that loads EC2 and ECS with it, keeps the policies of a target that is
gone, and has no tags. So it is stored here, by the API's model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from localstack_host.localstack_api import Service, provides
from localstack_host.services.application_autoscaling import policies, targets
from localstack_host.services.application_autoscaling.errors import invalid

SERVICE = "application-autoscaling"
HANDLERS = {**targets.HANDLERS, **policies.HANDLERS}
PAGE = 50
Handler = Callable[[Any, Any], Any]  # (RequestContext, request) -> response


@provides(SERVICE)
def application_autoscaling() -> Service:
    """Application Auto Scaling."""
    from localstack.aws.skeleton import Skeleton
    from localstack.aws.spec import load_service

    model = load_service(SERVICE)
    return Service(SERVICE, skeleton=Skeleton(model, _handlers(model.operation_names)))


def _handlers(operations: Iterable[str]) -> dict[str, Handler]:
    return {
        name: _paged(HANDLERS[name]) if name in HANDLERS else _refusal(name) for name in operations
    }


def _paged(handler: Handler) -> Handler:
    """Answers with as many resources as a page has, and where the next one begins."""

    def handle(context: Any, request: Any) -> Any:
        response = handler(context, request)
        lists = [name for name, value in response.items() if isinstance(value, list)]
        if len(response) != 1 or not lists:
            return response
        resources = response[lists[0]]
        token = request.get("NextToken") or "0"
        if not token.isdigit():
            raise invalid("Invalid NextToken")
        end = int(token) + int(request.get("MaxResults") or PAGE)
        more = {"NextToken": str(end)} if end < len(resources) else {}
        return {lists[0]: resources[int(token) : end], **more}

    return handle


def _refusal(operation: str) -> Handler:
    def refuse(_context: Any, _request: Any) -> Any:
        raise invalid(f"{operation} is not in the emulator")

    return refuse

"""What is stored of HTTP APIs: resources as the API's model names their members.

A resource is a dictionary that is never changed but replaced, so a deployment keeps those that were
there when it was made without copying them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localstack.services.stores import (
    AccountRegionBundle,
    BaseStore,
    CrossAccountAttribute,
    LocalAttribute,
)

DEFAULT_STAGE = "$default"
DEFAULT_ROUTE = "$default"
Resource = Mapping[str, Any]


@dataclass
class Deployment:
    """A deployment, and the resources of its API when it was made."""

    settings: Resource
    routes: dict[str, Resource]
    integrations: dict[str, Resource]
    authorizers: dict[str, Resource]


@dataclass
class Api:
    """An HTTP API with its resources, by their IDs; stages are by their names."""

    account: str
    region: str
    settings: Resource
    routes: dict[str, Resource] = field(default_factory=dict)
    integrations: dict[str, Resource] = field(default_factory=dict)
    authorizers: dict[str, Resource] = field(default_factory=dict)
    stages: dict[str, Resource] = field(default_factory=dict)
    deployments: dict[str, Deployment] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Its ID."""
        return str(self.settings["ApiId"])

    def deployed(self, stage: str) -> Deployment | None:
        """What a stage serves; None without a deployment."""
        return self.deployments.get(self.stages[stage].get("DeploymentId") or "")


class HttpApiStore(BaseStore):
    """The HTTP APIs of an account in a region."""

    apis: dict[str, Api] = LocalAttribute(default=dict)  # type: ignore[assignment]
    domain_names: dict[str, Resource] = LocalAttribute(default=dict)  # type: ignore[assignment]
    api_mappings: dict[str, dict[str, Resource]] = LocalAttribute(default=dict)  # type: ignore[assignment]
    vpc_links: dict[str, Resource] = LocalAttribute(default=dict)  # type: ignore[assignment]
    # The account and region of each API: its address has neither.
    places: dict[str, tuple[str, str]] = CrossAccountAttribute(default=dict)  # type: ignore[assignment]


http_api_stores: Any = AccountRegionBundle("apigatewayv2", HttpApiStore)
ANY_ACCOUNT, ANY_REGION = "000000000000", "us-east-1"


def store_of(account: str, region: str) -> HttpApiStore:
    """The store of an account in a region."""
    store: HttpApiStore = http_api_stores[account][region]
    return store


def api_with(api_id: str) -> Api | None:
    """An HTTP API, in whatever account and region."""
    place = store_of(ANY_ACCOUNT, ANY_REGION).places.get(api_id)
    return store_of(*place).apis.get(api_id) if place else None

"""What is stored of Application Auto Scaling: resources as the API's model names their members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute

Resource = Mapping[str, Any]
# The namespace of a service, the ID of a resource, and one of its dimensions.
Dimension = tuple[str, str, str]
Named = tuple[str, str, str, str]


class ScalingStore(BaseStore):
    """The scalable targets of an account in a region, with what belongs to them."""

    targets: dict[Dimension, Resource] = LocalAttribute(default=dict)  # type: ignore[assignment]
    # By the dimension and the name.
    policies: dict[Named, Resource] = LocalAttribute(default=dict)  # type: ignore[assignment]
    actions: dict[Named, Resource] = LocalAttribute(default=dict)  # type: ignore[assignment]
    # Of targets, by their ARNs.
    tags: dict[str, dict[str, str]] = LocalAttribute(default=dict)  # type: ignore[assignment]


scaling_stores: Any = AccountRegionBundle("application-autoscaling", ScalingStore)


def store_of(context: Any) -> ScalingStore:
    """The store of a request's account and region."""
    store: ScalingStore = scaling_stores[context.account_id][context.region]
    return store


def dimension_of(request: Resource) -> Dimension:
    """The dimension that a request or a resource names."""
    return (request["ServiceNamespace"], request["ResourceId"], request["ScalableDimension"])


def words_of(dimension: Dimension) -> str:
    """How AWS's messages name a dimension."""
    namespace, resource, name = dimension
    return f"service namespace: {namespace}, resource ID: {resource}, scalable dimension: {name}"

"""AWS Budgets: who is notified, tags and changes, which moto lacks. Nothing is spent here."""

from __future__ import annotations

import time
from typing import Any

from localstack_host.services.moto_backed.errors import client_error


def _budgets(context: Any, request: Any) -> dict[str, Any]:
    from moto.budgets.models import budgets_backends

    backend = budgets_backends[context.account_id][context.partition]
    found: dict[str, Any] = backend.budgets[request["AccountId"]]
    return found


def _budget(context: Any, request: Any) -> Any:
    return _named(_budgets(context, request), request["BudgetName"])


def _named(budgets: dict[str, Any], name: str) -> Any:
    if name not in budgets:
        text = f"Unable to get budget: {name} - the budget doesn't exist."
        raise client_error("NotFoundException", text)
    return budgets[name]


def create_budget(context: Any, request: Any) -> Any:
    """Creates a budget with its notifications and tags."""
    from localstack.services.moto import call_moto

    call_moto(context)
    budget = _named(_budgets(context, request), request["Budget"]["BudgetName"])
    budget.tags = {tag["Key"]: tag["Value"] for tag in request.get("ResourceTags") or ()}
    return {}


def update_budget(context: Any, request: Any) -> Any:
    """Replaces a budget; its notifications stay."""
    budget = _named(_budgets(context, request), request["NewBudget"]["BudgetName"])
    started = budget.budget["TimePeriod"]
    new = {"TimePeriod": started} | {n: v for n, v in request["NewBudget"].items() if v is not None}
    budget.budget = new | {"LastUpdatedTime": time.time()}
    return {}


def _notification(context: Any, request: Any) -> Any:
    budget, wanted = _budget(context, request), request["Notification"]
    for found in budget.notifications:
        if _same(found.details, wanted):
            return found
    text = "Unable to find the notification - it doesn't exist."
    raise client_error("NotFoundException", text)


def _same(one: Any, other: Any) -> bool:
    """Whether both are one notification: how it is stated only is no part of its identity."""
    names = ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")
    defaults = {"ThresholdType": "PERCENTAGE"}
    first, second = ({n: d.get(n) or defaults.get(n) for n in names} for d in (one, other))
    return first == second


def describe_subscribers_for_notification(context: Any, request: Any) -> Any:
    """Who is notified: addresses and topics."""
    return {"Subscribers": _notification(context, request).subscribers}


def create_subscriber(context: Any, request: Any) -> Any:
    """One more who is notified."""
    subscribers = _notification(context, request).subscribers
    if request["Subscriber"] in subscribers:
        raise client_error("DuplicateRecordException", "The subscriber already exists.")
    subscribers.append(request["Subscriber"])
    return {}


def delete_subscriber(context: Any, request: Any) -> Any:
    """One less who is notified."""
    subscribers = _notification(context, request).subscribers
    if request["Subscriber"] not in subscribers:
        raise client_error("NotFoundException", "The subscriber doesn't exist.")
    subscribers.remove(request["Subscriber"])
    return {}


def delete_notification(context: Any, request: Any) -> Any:
    """Removes a notification."""
    _budget(context, request).notifications.remove(_notification(context, request))
    return {}


def _by_arn(context: Any, request: Any) -> Any:
    arn = request["ResourceARN"]
    owned = {"AccountId": arn.split(":")[4]}
    return _named(_budgets(context, owned), arn.rpartition(":budget/")[2])


def _tags(budget: Any) -> dict[str, str]:
    """The tags of a budget, in an attribute of moto's object, with which they are saved."""
    found: dict[str, str] = vars(budget).setdefault("tags", {})
    return found


def list_tags_for_resource(context: Any, request: Any) -> Any:
    """The tags of a budget."""
    tags = _tags(_by_arn(context, request))
    return {"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def tag_resource(context: Any, request: Any) -> Any:
    """Adds tags to a budget."""
    tags = {tag["Key"]: tag["Value"] for tag in request["ResourceTags"]}
    _tags(_by_arn(context, request)).update(tags)
    return {}


def untag_resource(context: Any, request: Any) -> Any:
    """Removes tags of a budget."""
    tags = _tags(_by_arn(context, request))
    for key in request["ResourceTagKeys"]:
        tags.pop(key, None)
    return {}


HANDLERS = {
    "CreateBudget": create_budget,
    "CreateSubscriber": create_subscriber,
    "DeleteNotification": delete_notification,
    "DeleteSubscriber": delete_subscriber,
    "DescribeSubscribersForNotification": describe_subscribers_for_notification,
    "ListTagsForResource": list_tags_for_resource,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "UpdateBudget": update_budget,
}

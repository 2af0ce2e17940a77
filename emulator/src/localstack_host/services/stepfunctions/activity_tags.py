"""Tags of activities, which LocalStack takes and forgets: Terraform could not read them.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_TagResource.html
"""

from __future__ import annotations

from typing import Any

from localstack.services.stepfunctions.backend.activity import Activity
from localstack.services.stepfunctions.backend.state_machine import TagManager
from localstack.services.stepfunctions.provider import StepFunctionsProvider

from localstack_host.localstack_api import RequestContext


def tags_of(activity: Activity) -> TagManager:
    """The tags of an activity; they are saved with it."""
    holder: Any = activity
    if not hasattr(holder, "tags"):
        manager: Any = TagManager
        holder.tags = manager()
    tags: TagManager = holder.tags
    return tags


class TaggedActivities(StepFunctionsProvider):
    """Step Functions with the operations on tags for activities, too."""

    def create_activity(  # type: ignore[override] # the rest is named
        self, context: RequestContext, name: str, **rest: Any
    ) -> Any:
        """Keeps the tags of a new activity; those of one that is there stay as they are."""
        known = set(self.get_store(context).activities)
        created = super().create_activity(context, name, **rest)
        if created["activityArn"] not in known:
            self._tags(context, created["activityArn"]).add_all(rest.get("tags") or [])
        return created

    def tag_resource(
        self, context: RequestContext, resource_arn: str, tags: Any, **rest: Any
    ) -> Any:
        """Adds tags to an activity or a state machine."""
        if resource_arn not in self.get_store(context).activities:
            return super().tag_resource(context, resource_arn, tags, **rest)
        self._tags(context, resource_arn).add_all(tags)
        return {}

    def untag_resource(
        self, context: RequestContext, resource_arn: str, tag_keys: Any, **rest: Any
    ) -> Any:
        """Removes tags from an activity or a state machine."""
        if resource_arn not in self.get_store(context).activities:
            return super().untag_resource(context, resource_arn, tag_keys, **rest)
        self._tags(context, resource_arn).remove_all(tag_keys)
        return {}

    def list_tags_for_resource(
        self, context: RequestContext, resource_arn: str, **rest: Any
    ) -> Any:
        """Lists the tags of an activity or a state machine."""
        if resource_arn not in self.get_store(context).activities:
            return super().list_tags_for_resource(context, resource_arn, **rest)
        return {"tags": self._tags(context, resource_arn).to_tag_list()}

    def _tags(self, context: RequestContext, arn: str) -> TagManager:
        return tags_of(self.get_store(context).activities[arn])

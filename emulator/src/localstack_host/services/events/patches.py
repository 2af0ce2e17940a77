"""The patches of EventBridge.

Without them, LocalStack

- loses events that a target has not taken (`undelivered.py`);
- runs rules that are disabled;
- does not count what rules match and invoke (`metrics.py`);
- runs rules with a schedule at wrong times (`scheduled_rules.py`);
- starts no execution with an input that is no event, such as that of an input transformer;
- loses events whose transformer puts a number or a quotation mark into a text
  (`input_transformer.py`);
- matches fields of different objects of an array (`event_patterns.py`).
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from localstack_host.localstack_api import patch, replace
from localstack_host.services.events import (
    event_patterns,
    input_transformer,
    metrics,
    scheduled_rules,
    undelivered,
)


@cache
def apply_patches() -> None:
    """Applies the patches, when EventBridge is loaded."""
    from localstack.services.events import provider, target
    from localstack.services.events.event_rule_engine import EventRuleEngine
    from localstack.services.events.rule import RuleService
    from localstack.services.events.scheduler import JobScheduler
    from localstack.services.events.target import StatesTargetSender, TargetSender

    patch(TargetSender.process_event)(undelivered.deliver)
    patch(StatesTargetSender.send_event)(_start_execution)
    patch(RuleService.create_schedule_job, pass_target=False)(scheduled_rules.plan)
    patch(EventRuleEngine._evaluate_nested_event_pattern_on_dict)(event_patterns.evaluate)
    replace(target, "get_template_replacements", input_transformer.values)
    replace(target, "replace_template_placeholders", input_transformer.fill)
    replace(JobScheduler, "start", classmethod(lambda _: None))

    untyped: Any = provider
    replace(provider, "matches_event", metrics.noting(untyped.matches_event))

    @patch(provider.EventsProvider._process_rules)
    def process_rules(original: Any, events: Any, rule: Any, *arguments: Any) -> None:
        if rule.state == scheduled_rules.DISABLED:
            return
        metrics.MATCHING.matched = False
        original(events, rule, *arguments)
        if metrics.MATCHING.matched:
            metrics.triggered(rule)


def _start_execution(original: Any, sender: Any, event: Any, trace_header: Any) -> None:
    """Names the execution like the event, if the input is one. A replay starts another one."""
    if isinstance(event, dict) and "id" in event and "replay-name" not in event:
        original(sender, event, trace_header)
        return
    sender.service = "stepfunctions"
    sender.client.start_execution(stateMachineArn=sender.target["Arn"], input=json.dumps(event))

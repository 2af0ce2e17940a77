"""What exists on a server: the names of resources, to see that a stack leaves none behind."""

import importlib
import json

# The operation of each service, and where the names are in its answer. On AWS, too, groups of logs
# that functions make for themselves are left, and subscriptions of topics that are deleted.
_LISTED = (
    ("apigateway", "get_rest_apis", "items[].name"),
    ("apigateway", "get_usage_plans", "items[].name"),
    ("apigatewayv2", "get_apis", "Items[].Name"),
    ("cloudwatch", "describe_alarms", "[MetricAlarms, CompositeAlarms][][].AlarmName"),
    ("cloudwatch", "list_dashboards", "DashboardEntries[].DashboardName"),
    ("dynamodb", "list_tables", "TableNames"),
    ("events", "list_rules", "Rules[].Name"),
    ("iam", "list_policies", "Policies[?starts_with(Arn, 'arn:aws:iam::aws:')==`false`].Arn"),
    ("iam", "list_roles", "Roles[].RoleName"),
    ("lambda", "list_event_source_mappings", "EventSourceMappings[].UUID"),
    ("lambda", "list_functions", "Functions[].FunctionName"),
    ("lambda", "list_layers", "Layers[].LayerArn"),
    ("s3", "list_buckets", "Buckets[].Name"),
    ("scheduler", "list_schedules", "Schedules[].Name"),
    ("secretsmanager", "list_secrets", "SecretList[].Name"),
    ("sns", "list_topics", "Topics[].TopicArn"),
    ("sqs", "list_queues", "QueueUrls"),
    ("ssm", "describe_parameters", "Parameters[].Name"),
    ("stepfunctions", "list_activities", "activities[].name"),
    ("stepfunctions", "list_state_machines", "stateMachines[].name"),
)


def existing() -> set[str]:
    """The names of all that is there, each with its service. Raises botocore's errors."""
    session = importlib.import_module("botocore.session").get_session()
    found: set[str] = set()
    for service, operation, names in _LISTED:
        pages = session.create_client(service).get_paginator(operation).paginate()
        found.update(f"{service} {json.dumps(name)}" for name in pages.search(names) if name)
    return found

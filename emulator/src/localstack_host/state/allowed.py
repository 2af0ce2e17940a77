"""What an exported state may name. Everything else is refused, however harmless it looks.

A name in a file decides which class an object gets, and with that which code runs later. So classes
are those of the services' models, made without calling them, and functions are a short list.
"""

from __future__ import annotations

import enum
import importlib
import inspect
import re
from dataclasses import dataclass
from typing import Any

# Modules with the models of services: classes that have data, and no way out of the process.
MODELS = re.compile(
    r"localstack\.aws\.api\.\w+"
    r"|localstack\.utils\.tagging"
    r"|localstack\.services\.\w+(\.\w+)*\.models"
    r"|localstack\.services\.lambda_\.(invocation\.lambda_models|event_source_mapping\.esm_worker)"
    r"|localstack\.services\.sqs\.queue"
    r"|localstack\.services\.stepfunctions\.backend\.(activity|alias|execution|state_machine)"
    r"|localstack\.services\.stepfunctions\.asl\.eval\.callback\.callback"
    r"|localstack\.services\.stepfunctions\.asl\.component\.state\.state_execution\.state_map"
    r"\.iteration\.itemprocessor\.map_run_record"
    r"|moto\.(apigateway|backup|budgets|cloudtrail|cognitoidp|iam|logs|scheduler|ses|ssm|sts|wafv2)\.models"
    r"|moto\.apigateway\.integration_parsers\.\w+|moto\.logs\.metric_filters"
    r"|moto\.utilities\.(tagging_service|utils)"
    r"|localstack_host\.services\.(apigatewayv2|application_autoscaling)\.models"
    r"|localstack_host\.services\.stepfunctions\.(ended_executions|map_runs\.(children|running))"
    r"|localstack_host\.state\.(executions|objects)"
)
HISTORIES = "localstack_host.services.stepfunctions.ended_executions"
REFUSED = {
    # The code is a folder of this machine.
    ("localstack.services.lambda_.invocation.lambda_models", "HotReloadingCode"),
    (HISTORIES, "PackedHistory"),  # a pickle; an export has the events
}
FACTORIES = frozenset({"bool", "bytes", "dict", "float", "int", "list", "set", "str", "tuple"})
"""Types that may be a value: what a defaultdict creates."""
VALUES = re.compile(r"moto\.apigateway\.integration_parsers\.\w+")
"""Modules whose classes may be values, too."""
CREATORS: tuple[Any, ...] = tuple(
    kind.__new__ for kind in (object, dict, list, set, tuple, str, int, float)
)
MOTO_MODEL = ("moto.core.common_models", "BaseModel")
"""It only adds each object to a list."""

# Functions and classes that may be called. All arguments are data, but for the second table.
CALLED = {
    ("_thread", "lock"),
    ("collections", "OrderedDict"),
    ("collections", "deque"),
    ("datetime", "date"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("decimal", "Decimal"),
    ("ipaddress", "IPv4Address"),
    ("ipaddress", "IPv4Network"),
    ("ipaddress", "IPv6Address"),
    ("ipaddress", "IPv6Network"),
    (HISTORIES, "Executions"),
    ("localstack_host.state.managed_policies", "managed_policy"),
    ("localstack_host.state.pickling", "event"),
    ("localstack_host.state.pickling", "nothing"),
    ("localstack_host.state.user_pools", "signing_key"),
    ("re", "_compile"),
    ("threading", "RLock"),
    ("zoneinfo", "ZoneInfo"),
}
CALLED_WITH_OBJECTS = {
    ("collections", "defaultdict"),
    ("datetime", "datetime"),
    ("datetime", "timezone"),
    ("localstack_host.state.executions", "saved_worker"),
    ("localstack_host.state.executions", "worker_with_history"),
    ("threading", "Condition"),
}
MADE = {
    ("localstack.services.stepfunctions.asl.eval.event.logging", "CloudWatchLoggingConfiguration"),
    ("uuid", "UUID"),
}
"""Other classes whose objects may be made without calling them."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
KEY = re.compile(r"[A-Za-z0-9_-]{1,255}")
PATHS: dict[tuple[str, str], dict[str, re.Pattern[str]]] = {
    ("localstack.services.lambda_.invocation.lambda_models", "S3Code"): {
        "id": KEY,
        "s3_bucket": NAME,
    },
    ("localstack.services.s3.models", "S3Bucket"): {"name": NAME},
    ("localstack.services.s3.models", "S3Multipart"): {"id": KEY},
    ("localstack.services.s3.models", "S3EncryptedBucket"): {"name": NAME},
}
"""Attributes that become parts of paths: they have no separators, and are no `..`."""


class NotAllowed(Exception):
    """Raised for a file that names, or has, what an exported state cannot have."""


@dataclass(frozen=True)
class Allowed:
    """A class or function that may be used."""

    found: Any
    takes_objects: bool = False


def made(module: str, name: str) -> type:
    """The class of an object that is made without calling it. Raises NotAllowed."""
    if (module, name) in MADE:
        return _class(module, name)
    if not MODELS.fullmatch(module) or (module, name) in REFUSED:
        raise NotAllowed(f"it names {module}.{name}, which is no model of a service")
    found = _class(module, name)
    creators = (*CREATORS, _attribute(*MOTO_MODEL).__new__)
    if _creator(found) not in creators and not _is_named_tuple(found):
        raise NotAllowed(f"it makes an object of {module}.{name}, whose creation runs code")
    for method in ("__del__", "__setstate__"):
        if hasattr(found, method):
            raise NotAllowed(f"it makes an object of {module}.{name}, which has {method}")
    return found


def called(module: str, name: str) -> Allowed:
    """What may be called: a function of the table, or an enumeration. Raises NotAllowed."""
    if (module, name) in CALLED:
        return Allowed(_attribute(module, name))
    if (module, name) in CALLED_WITH_OBJECTS:
        return Allowed(_attribute(module, name), takes_objects=True)
    if MODELS.fullmatch(module):
        found = _class(module, name)
        if issubclass(found, enum.Enum):
            return Allowed(found)
    raise NotAllowed(f"it calls {module}.{name}")


def value(module: str, name: str) -> Any:
    """A class that may be a value. Raises NotAllowed."""
    if module == "builtins" and name in FACTORIES:
        return _attribute(module, name)
    if VALUES.fullmatch(module):
        return _class(module, name)
    raise NotAllowed(f"it has {module}.{name} as a value")


def check_state(module: str, name: str, kind: type, state: Any) -> None:
    """Raises NotAllowed if attributes of an object are not what a model has."""
    if isinstance(state, tuple):
        attributes, slots = state if len(state) == 2 else (None, None)
        if not isinstance(slots, dict) or not slots.keys() <= _slots(kind):
            raise NotAllowed(f"it sets attributes of {module}.{name} that this has not")
    else:
        attributes = state
    if not isinstance(attributes, dict | None):
        raise NotAllowed(f"it has attributes of {module}.{name} that are no dictionary")
    for attribute, pattern in PATHS.get((module, name), {}).items():
        if attributes and not is_name(attributes.get(attribute), pattern):
            text = repr(attributes.get(attribute))[:100]
            raise NotAllowed(f"{attribute} of a {name} is {text}, which is no name")


def is_name(text: Any, pattern: re.Pattern[str] = NAME) -> bool:
    """Whether a text can be a part of a path: it is one name, and no `..`."""
    return isinstance(text, str) and pattern.fullmatch(text) is not None


def _slots(kind: type) -> set[str]:
    declared = {name for base in kind.__mro__ for name in getattr(base, "__slots__", ())}
    return declared | {"default_factory"}


def _class(module: str, name: str) -> type:
    found = _attribute(module, name)
    if not isinstance(found, type) or found.__module__ != module:
        raise NotAllowed(f"{module}.{name} is no class of that module")
    return found


def _attribute(module: str, name: str) -> Any:
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = vars(found)[part]
    except (ImportError, KeyError) as error:
        raise NotAllowed(f"it names {module}.{name}, which does not exist here") from error
    return found


def _creator(found: type) -> Any:
    """Its `__new__`: of a deprecated class the one behind that which only warns."""
    return inspect.unwrap(found.__new__) if "__deprecated__" in vars(found) else found.__new__


def _is_named_tuple(found: type) -> bool:
    return issubclass(found, tuple) and hasattr(found, "_fields")

"""AWS's descriptions of its services, read once and kept in as little memory as they need.

boto3 reads the files again for each session, and LocalStack reads them once more for itself, into
ordered dictionaries, which take twice the memory of plain ones. Plain ones have kept their order
since Python 3.7. All who read a description get the same one: botocore only reads them, but for
its own additions (`*.sdk-extras.json`), which are the same each time.

moto's Systems Manager brings its EC2 along, which reads what each type of machine is like and where
it is offered: 115 MB to read and 50 to keep, for nobody where EC2 is not offered.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from localstack.runtime import hooks

from localstack_host.host import service_selection

# Of a hook: before the others, which import parts of LocalStack that read descriptions at once.
FIRST = 100


@hooks.on_infra_start(priority=FIRST)  # type: ignore[untyped-decorator]
def share_descriptions() -> None:
    """The hook `localstack.hooks.on_infra_start`: for all of botocore's loaders, and moto's."""
    from botocore.loaders import JSONFileLoader
    from moto.utilities import utils

    loader: Any = JSONFileLoader
    loader._load_file = _plain
    loader.load_file = once_for_all(loader.load_file)
    if not service_selection.wanted():
        moto: Any = utils
        moto.load_resource = without_machines(moto.load_resource)


def once_for_all(load: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """`load` with what it read kept by path, whichever loader asks."""

    @cache
    def read(path: str, kind: Callable[[], Any]) -> Any:
        return load(kind(), path)

    def read_by(loader: Any, path: str) -> Any:
        kind: Any = type(loader)
        return read(path, kind)

    return read_by


def without_machines(load: Callable[[str, str], Any]) -> Callable[[str, str], Any]:
    """`load` of moto's, which finds no types of EC2's machines, and none of them on offer."""

    def loaded(package: str, resource: str) -> Any:
        if package.startswith("moto.ec2.") and "instance_type" in resource:
            return [] if "offerings" in resource else {}
        return load(package, resource)

    return loaded


def _plain(_loader: object, path: str, open_file: Callable[..., Any]) -> Any:
    """JSONFileLoader._load_file: None if there is no such file."""
    try:
        with open_file(path, "rb") as file:
            return json.loads(file.read())
    except FileNotFoundError:
        return None

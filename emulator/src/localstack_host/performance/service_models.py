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


def once_for_all(load: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """`load` with what it read kept by path, whichever loader asks."""

    @cache
    def read(path: str, kind: Callable[[], Any]) -> Any:
        return load(kind(), path)

    def read_by(loader: Any, path: str) -> Any:
        kind: Any = type(loader)
        return read(path, kind)

    return read_by


def without_machines(load: Callable[[str, str], Any], package: str, resource: str) -> Any:
    """`load` of moto's, which finds no types of EC2's machines, and none of them on offer."""
    if package.startswith("moto.ec2.") and "instance_type" in resource:
        return [] if "offerings" in resource else {}
    return load(package, resource)


def plain(path: str, open_file: Callable[..., Any]) -> Any:
    """What is in the file, in the place of JSONFileLoader._load_file; None if there is no file."""
    try:
        with open_file(path, "rb") as file:
            return json.loads(file.read())
    except FileNotFoundError:
        return None

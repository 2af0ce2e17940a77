"""Caches AWS's service models, in as little memory as possible.

boto3 reads the files for each session, and LocalStack reads them again, into ordered dictionaries,
which take twice the memory of plain ones. Plain ones have preserved their order since Python 3.7.
All readers share one object per file: botocore does not modify the models, except for its own
additions (`*.sdk-extras.json`), which are the same each time.

moto's Systems Manager imports its EC2, which loads all instance types and their offerings: 115 MB
while loading and 50 MB afterwards, although EC2 is not offered.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any


def cached_by_path(load: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """Caches `load` by path, for all loaders."""

    @cache
    def read(path: str, kind: Callable[[], Any]) -> Any:
        return load(kind(), path)

    def read_by(loader: Any, path: str) -> Any:
        kind: Any = type(loader)
        return read(path, kind)

    return read_by


def without_instance_types(load: Callable[[str, str], Any], package: str, resource: str) -> Any:
    """Calls moto's `load`, except for EC2's instance types and offerings, which are empty."""
    if package.startswith("moto.ec2.") and "instance_type" in resource:
        return [] if "offerings" in resource else {}
    return load(package, resource)


def load_plain(path: str, open_file: Callable[..., Any]) -> Any:
    """Replaces JSONFileLoader._load_file: the file's content; None if there is no file."""
    try:
        with open_file(path, "rb") as file:
            return json.loads(file.read())
    except FileNotFoundError:
        return None

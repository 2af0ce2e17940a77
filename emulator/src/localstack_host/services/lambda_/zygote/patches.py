"""The patch of botocore in a zygote, and so in the functions that are forked from it.

A plain assignment: loading LocalStack and its `@patch` would take most of the memory of each
function.
"""

from __future__ import annotations

from typing import Any


def share_service_models(read: dict[Any, Any]) -> None:
    """Initializes the cache of new sessions' loaders with these service models.

    boto3 loads them for each session, and does not modify them. The folders in the function's
    AWS_DATA_PATH are still searched.
    """
    from botocore import session

    original = session.create_loader

    def create_loader(search_path_string: str | None = None) -> Any:
        loader = original(search_path_string)
        if search_path_string is None:
            vars(loader)["_cache"].update(read)
        return loader

    session.create_loader = create_loader

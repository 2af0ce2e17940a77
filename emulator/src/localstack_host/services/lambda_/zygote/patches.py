"""What of botocore is replaced in a zygote, and so in the functions that it forks.

A plain assignment: LocalStack and its `@patch` are not loaded here, which would be most of the
memory of each function.
"""

from __future__ import annotations

from typing import Any


def share_service_models(read: dict[Any, Any]) -> None:
    """New sessions start with these service descriptions.

    boto3 reads them once for each session, and only ever reads them. Folders that the function
    names in AWS_DATA_PATH are searched as ever.
    """
    from botocore import session

    original = session.create_loader

    def create_loader(search_path_string: str | None = None) -> Any:
        loader = original(search_path_string)
        if search_path_string is None:
            vars(loader)["_cache"].update(read)
        return loader

    session.create_loader = create_loader

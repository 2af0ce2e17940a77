"""Whether a path ends like the URL of a queue, told in time that grows with its length.

LocalStack asks this of every request, by four expressions that begin anywhere: of 16,000 letters
they take a second and a half, in which nothing else is answered.
"""

from __future__ import annotations

import re
from typing import Any

from localstack.runtime import hooks

# All that LocalStack's four expressions have in common, and their only need of what is before the
# port is one character. Between two colons nothing is looked at more than a few times.
QUEUE_URL = re.compile(r"[^:]:\d{4,5}/(queue/[a-z0-9-]+/)?\d{12}/[a-zA-Z0-9_-]+(.fifo)?$")


@hooks.on_infra_start()  # type: ignore[untyped-decorator]
def look_at_the_end() -> None:
    """The hook `localstack.hooks.on_infra_start`: puts `is_queue_url` in LocalStack's place."""
    from localstack.aws.protocol import service_router
    from localstack.services.sqs import utils

    for module in (service_router, utils):
        untyped: Any = module
        untyped.is_sqs_queue_url = is_queue_url


def is_queue_url(url: str) -> bool:
    """Whether LocalStack's expressions find the URL of a queue at the end of `url`."""
    return QUEUE_URL.search(url) is not None

"""What of LocalStack's SQS is replaced: whether a path ends like the URL of a queue.

LocalStack asks this of every request, by four expressions that begin anywhere: of 16,000 letters
they take a second and a half, in which nothing else is answered. This one takes time that grows
with the length.
"""

from __future__ import annotations

import re

from localstack_host.localstack_api import on_infra_start, replace

# All that LocalStack's four expressions have in common, and their only need of what is before the
# port is one character. Between two colons nothing is looked at more than a few times.
QUEUE_URL = re.compile(r"[^:]:\d{4,5}/(queue/[a-z0-9-]+/)?\d{12}/[a-zA-Z0-9_-]+(.fifo)?$")


@on_infra_start()
def apply_patches() -> None:
    """`replace`, not `patch`: the router has imported the name."""
    from localstack.aws.protocol import service_router
    from localstack.services.sqs import utils

    for module in (service_router, utils):
        replace(module, "is_sqs_queue_url", is_queue_url)


def is_queue_url(url: str) -> bool:
    """Whether LocalStack's expressions find the URL of a queue at the end of `url`."""
    return QUEUE_URL.search(url) is not None

"""The id of a customer's request, which everything that comes of the request carries.

It goes into logs, events, messages and the header of a mail, so its alphabet is narrow: none of
them can be broken by it. https://www.rfc-editor.org/rfc/rfc9110#section-5.5
"""

from __future__ import annotations

import re

FORM = re.compile(r"[A-Za-z0-9_-]{8,64}")
"""API Gateway's request ids, UUIDs, ULIDs, trace ids of X-Ray and of W3C have it, too."""


def is_valid(text: str) -> bool:
    """Whether a text may be used as a correlation id."""
    return FORM.fullmatch(text) is not None

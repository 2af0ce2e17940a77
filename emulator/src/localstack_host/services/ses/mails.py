"""The mails that were sent: so many stay as `KEPT_MAILS` says.

LocalStack keeps what it was asked to send three times: for its page, in moto, and in a file.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from localstack_host.localstack_api import config


class Latest(OrderedDict[str, Any]):
    """The mails that were sent last, by their number; `forget` is called with older ones'."""

    def __init__(self, most: int, forget: Callable[[str], None]) -> None:
        super().__init__()
        self._most = most
        self._forget = forget

    def __setitem__(self, number: str, mail: Any) -> None:
        super().__setitem__(number, mail)
        while len(self) > self._most:
            self._forget(self.popitem(last=False)[0])

    def values(self) -> Any:
        """All at this moment: others may be sent while somebody reads."""
        return list(super().values())


def delete_file(number: str) -> None:
    """Deletes the file of a mail that is forgotten."""
    folder = Path(config.dirs.data or config.dirs.tmp) / "ses"
    (folder / f"{number}.json").unlink(missing_ok=True)


def forget_copies(context: Any) -> None:
    """Empties moto's own list of mails: nobody can ask for it."""
    from moto.ses.models import ses_backends

    ses_backends[context.account_id][context.region].sent_messages.clear()

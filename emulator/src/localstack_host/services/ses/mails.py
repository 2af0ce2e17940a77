"""Limits the stored mails to `KEPT_MAILS`.

LocalStack stores every mail three times: for its page, in moto, and in a file.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from localstack_host.localstack_api import config


class Latest(OrderedDict[str, Any]):
    """The latest mails by their ID; `forget` is called with the IDs of those that are removed."""

    def __init__(self, most: int, forget: Callable[[str], None]) -> None:
        super().__init__()
        self._most = most
        self._forget = forget

    def __setitem__(self, number: str, mail: Any) -> None:
        super().__setitem__(number, mail)
        while len(self) > self._most:
            self._forget(self.popitem(last=False)[0])

    def values(self) -> Any:
        """A copy of all mails, as others may be sent while it is read."""
        return list(super().values())


def delete_file(number: str) -> None:
    """Deletes the file of a removed mail."""
    folder = Path(config.dirs.data or config.dirs.tmp) / "ses"
    (folder / f"{number}.json").unlink(missing_ok=True)


def forget_copies(context: Any) -> None:
    """Clears moto's list of mails, which no operation returns."""
    from moto.ses.models import ses_backends

    ses_backends[context.account_id][context.region].sent_messages.clear()

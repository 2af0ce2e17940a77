"""The entry point PROVIDER_OVERRIDE_SES=host: so many mails stay as `KEPT_MAILS` says.

LocalStack keeps what it was asked to send three times: for its page, in moto, and in a file.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from localstack.services.plugins import Service, aws_provider

from localstack_host.host.settings import KEPT_MAILS


@aws_provider(api="ses", name="host")  # type: ignore[untyped-decorator]
def ses() -> Service:
    """LocalStack's SES, which forgets the oldest mails."""
    from localstack.services.moto import MotoFallbackDispatcher
    from localstack.services.ses import provider

    module: Any = provider
    module.EMAILS = Latest(KEPT_MAILS.value(), delete_file)
    module.call_moto = keeping_nothing(module.call_moto)
    return Service.for_provider(
        provider.SesProvider(), dispatch_table_factory=MotoFallbackDispatcher
    )


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
    from localstack import config

    folder = Path(config.dirs.data or config.dirs.tmp) / "ses"
    (folder / f"{number}.json").unlink(missing_ok=True)


def keeping_nothing(call: Callable[..., Any]) -> Callable[..., Any]:
    """`call` to moto, after which moto has no copies of mails: nobody can ask for them."""
    from moto.ses.models import ses_backends

    def called(context: Any, *more: Any, **options: Any) -> Any:
        answer = call(context, *more, **options)
        ses_backends[context.account_id][context.region].sent_messages.clear()
        return answer

    return called

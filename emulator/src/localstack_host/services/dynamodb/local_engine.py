"""DynamoDB on Amazon's DynamoDB Local: a Java program beside the emulator, all in memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import cache
from typing import Any

from localstack.aws.forwarder import HttpFallbackDispatcher
from localstack.services.dynamodb.server import DynamodbServer
from localstack.services.dynamodb.v2.provider import DynamoDBProvider
from localstack.services.dynamodbstreams.v2.provider import DynamoDBStreamsProvider
from localstack.utils.serving import Server

from localstack_host.host.dynamodb_engine import Engine
from localstack_host.host.reaper import REAPER
from localstack_host.localstack_api import RequestContext, Service
from localstack_host.services.dynamodb.point_in_time_recovery import keep_period

PROGRAM = "localstack_host.services.dynamodb.local_program"


class JavaServer(DynamodbServer):
    """DynamoDB Local as the start has found it, in place of LocalStack's download."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(host="127.0.0.1")
        self._engine = engine
        self._popen: subprocess.Popen[bytes] | None = None

    def do_start_thread(self) -> Any:
        """Starts the program and a thread that waits for its end."""
        self._popen = subprocess.Popen(
            self._command(),
            cwd=self._engine.jars,
            env={"PATH": os.environ["PATH"], "DDB_LOCAL_TELEMETRY": "0"},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        REAPER.adopt(self._popen.pid)
        return Server.do_start_thread(self)  # not the parent's: it would download Java

    def do_run(self) -> None:
        """Returns when the program ends."""
        assert self._popen is not None  # noqa: S101
        self._popen.wait()
        REAPER.release(self._popen.pid)

    def do_shutdown(self) -> None:
        """Ends the program."""
        if self._popen:
            self._popen.send_signal(signal.SIGKILL)

    def _command(self) -> list[str]:
        engine = self._engine
        return [sys.executable, "-m", PROGRAM, str(engine.jars), str(engine.java), str(self.port)]


class LocalTables(DynamoDBProvider):
    """LocalStack's own provider, and what it forgets."""

    def update_continuous_backups(
        self,
        context: RequestContext,
        table_name: str,
        point_in_time_recovery_specification: Any,
        **others: Any,
    ) -> Any:
        """Keeps the number of days as well."""
        wanted = point_in_time_recovery_specification
        answer: Any = super().update_continuous_backups(context, table_name, wanted, **others)
        keep_period(answer["ContinuousBackupsDescription"], wanted)  # what is stored, not a copy
        return answer


def tables(engine: Engine) -> Service:
    """The service `dynamodb`: LocalStack's own provider in front of the Java program."""
    provider = LocalTables()  # type: ignore[no-untyped-call]
    provider.server = _server(engine)
    return Service.for_provider(
        provider,
        dispatch_table_factory=lambda _: HttpFallbackDispatcher(provider, provider.get_forward_url),
    )


def streams(engine: Engine) -> Service:
    """The service `dynamodbstreams`, on the same program."""
    provider = DynamoDBStreamsProvider()  # type: ignore[no-untyped-call]
    provider.server = _server(engine)
    return Service.for_provider(provider)


@cache
def _server(engine: Engine) -> JavaServer:
    """One program for both services."""
    return JavaServer(engine)

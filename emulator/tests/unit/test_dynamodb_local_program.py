"""How DynamoDB Local is started: never with its own defaults."""

from __future__ import annotations

import zipfile
from pathlib import Path

from localstack_host.host.dynamodb_engine import JAR
from localstack_host.services.dynamodb import local_program


class Connector:
    """Jetty's, as far as it is used."""

    host = ""

    def setHost(self, host: str) -> None:  # noqa: N802 - Jetty's name
        self.host = host


def test_each_connector_is_kept_to_the_loopback_address() -> None:
    connectors = [Connector(), Connector()]
    local_program.keep_to_loopback(connectors)
    assert [each.host for each in connectors] == ["127.0.0.1", "127.0.0.1"]


def test_no_web_page_may_read_its_answers() -> None:
    arguments = local_program._arguments("8000")
    assert arguments[arguments.index("-cors") + 1] == "http://127.0.0.1:8000"


def test_the_jar_says_what_its_program_is(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / JAR, "w") as jar:
        jar.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\nMain-Class: a.b.C\r\n")
    assert local_program._main_class(tmp_path) == "a.b.C"

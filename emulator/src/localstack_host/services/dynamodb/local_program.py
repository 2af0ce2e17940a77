"""Amazon's DynamoDB Local as a program, for this machine only. Its arguments: JARS JAVA PORT.

`java -jar DynamoDBLocal.jar` listens on every address of the machine, and its answers may be read
by every web page; it has an option for the second only. So it is started from here, by JPype, which
LocalStack brings along: its server is told where to listen before it starts to.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from localstack_host.host import ports
from localstack_host.host.dynamodb_engine import JAR

LIBRARIES = "DynamoDBLocal_lib"
HEAP = "256m"
SERVER = "org.eclipse.jetty.server.Server"
MACHINES = ("lib/server/libjvm.so", "lib/server/libjvm.dylib", "bin/server/jvm.dll")


def main(jars: Path, java: str, port: str) -> None:
    """Serves until it is killed."""
    import jpype

    jpype.startJVM(str(_machine(java)), *_options(jars), classpath=_classpath(jars))
    runner = jpype.JClass(_main_class(jars))
    program = runner.createServerFromCommandLineArgs(_arguments(port))
    keep_to_loopback(_server_of(program).getConnectors())
    program.start()
    program.join()


def keep_to_loopback(connectors: Iterable[Any]) -> None:
    """Jetty's connectors, which have not been opened yet, will listen to this machine only."""
    for connector in connectors:
        connector.setHost(ports.HOST)


def _server_of(program: Any) -> Any:
    """The one field of Jetty's type: the program gives no other way to it."""
    fields = program.getClass().getDeclaredFields()
    (field,) = [each for each in fields if str(each.getType().getName()) == SERVER]
    field.setAccessible(True)
    return field.get(program)


def _arguments(port: str) -> list[str]:
    """Its own default lets any page read; this origin is nobody's."""
    origin = f"http://{ports.HOST}:{port}"
    return ["-inMemory", "-disableTelemetry", "-port", port, "-cors", origin]


def _options(jars: Path) -> list[str]:
    """Without the file in /tmp that other programs could watch it by."""
    return [f"-Xmx{HEAP}", "-XX:-UsePerfData", f"-Djava.library.path={jars / LIBRARIES}"]


def _classpath(jars: Path) -> list[str]:
    return [str(jars / JAR), str(jars / LIBRARIES / "*")]


def _main_class(jars: Path) -> str:
    """The jar says it: releases have moved it."""
    with zipfile.ZipFile(jars / JAR) as jar:
        manifest = jar.read("META-INF/MANIFEST.MF").decode()
    (name,) = re.findall(r"^Main-Class: (\S+)", manifest, re.MULTILINE)
    return str(name)


def _machine(java: str) -> Path:
    """Java as a library. On macOS the program is a stub that knows where the real one is."""
    command = [java, "-XshowSettings:properties", "-version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    (home,) = re.findall(r"^\s*java\.home = (.+)$", said, re.MULTILINE)
    return next(path for path in (Path(home) / name for name in MACHINES) if path.is_file())


if __name__ == "__main__":
    folder, program, number = sys.argv[1:]
    main(Path(folder), program, number)

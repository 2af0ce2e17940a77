"""What the emulator writes is for its owner only, in its home only, and gone at its end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from localstack_host.host import environment, ports, process, run_state
from tests.file_modes import executable, modes, open_to_others
from tests.integration.conftest import Cloud

pytestmark = pytest.mark.exhaustive

EVERYBODY_MAY = 0
CUSTOMER = "nobody-else@example.com"
PRINTS_AND_TELLS = """\
import os

def handle(event, context):
    print("printed")
    given = os.umask(0)
    os.umask(given)
    return given
"""
# LocalStack, in an interpreter that notes what is opened to be written, made or bound.
NOTES_WHAT_IT_WRITES = """\
import os, runpy, sys

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
NAMED = {"os.mkdir": 0, "os.rename": 1, "os.link": 1, "os.symlink": 1, "sqlite3.connect": 0}
home = os.environ["LOCALSTACK_HOST_HOME"]
notes = os.open(home + "/notes", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

def note(event, arguments):
    if event == "open" and arguments[2] & WRITING:
        path = arguments[0]
    elif event == "socket.bind":
        path = arguments[1]
    elif event in NAMED:
        path = arguments[NAMED[event]]
    else:
        return
    if isinstance(path, (str, os.PathLike)):
        os.write(notes, (os.path.abspath(path) + "\\n").encode())

sys.addaudithook(note)
runpy.run_module("localstack.runtime.main", run_name="__main__", alter_sys=True)
"""


def _work(cloud: Cloud) -> str:
    """Has a bit of everything stored; gives the name of a function that tells its umask."""
    ses = cloud.client("ses")
    ses.verify_email_identity(EmailAddress=CUSTOMER)
    ses.send_email(
        Source=CUSTOMER,
        Destination={"ToAddresses": [CUSTOMER]},
        Message={"Subject": {"Data": "Your order"}, "Body": {"Text": {"Data": "It is here."}}},
    )
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": "us-east-2"})
    s3.put_object(Bucket="files", Key="a/b", Body=CUSTOMER.encode())
    table = cloud.table("id")
    cloud.client("dynamodb").put_item(TableName=table, Item={"id": {"S": CUSTOMER}})
    cloud.client("cloudwatch").put_metric_data(
        Namespace="files", MetricData=[{"MetricName": "written", "Value": 1}]
    )
    return cloud.function(PRINTS_AND_TELLS)


@pytest.mark.parametrize("umask", [EVERYBODY_MAY, 0o022])
def test_all_that_is_written_is_for_its_owner_only(home: Path, umask: int) -> None:
    home.chmod(0o777 & ~umask)
    program = Path(sys.executable).with_name("localstack-host")
    port = str(ports.any_free())
    subprocess.run([program, "start", "--port", port], umask=umask, check=True, capture_output=True)
    cloud = Cloud(f"http://localhost:{port}")

    cloud.invoke(_work(cloud))

    mails = httpx.get(f"{cloud.endpoint}/_aws/ses").json()["messages"]
    assert [mail["Destination"]["ToAddresses"] for mail in mails] == [[CUSTOMER]]
    assert len(modes(home)) > 30
    assert open_to_others(home) == []
    assert executable(home) == []


def test_a_function_has_the_umask_that_it_has_in_lambda(endpoint: str, cloud: Cloud) -> None:
    assert cloud.invoke(cloud.function(PRINTS_AND_TELLS)).payload == 0o022


def test_the_emulator_writes_nowhere_but_in_the_labs_home(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_state, "PROGRAM", ("-c", NOTES_WHAT_IT_WRITES))
    cloud = Cloud(process.start(ports.any_free()).endpoint)

    cloud.invoke(_work(cloud))

    written = {Path(line) for line in (home / "notes").read_text().splitlines()}
    assert any(path.is_relative_to(environment.state_folder()) for path in written)
    assert sorted(path for path in written if not _may_be_written(path, home)) == []


def _may_be_written(path: Path, home: Path) -> bool:
    """In the home, on a device, or compiled code beside its source."""
    return path.is_relative_to(home) or path.is_relative_to("/dev") or "__pycache__" in path.parts


@pytest.mark.parametrize("crashed", [False, True], ids=["stopped", "killed, then stopped"])
def test_a_mail_outlives_the_emulator_in_the_saved_state_only(home: Path, crashed: bool) -> None:
    _send_and_stop(home, crashed)

    state = home / "state"
    assert [file for file in _naming(CUSTOMER, home) if not file.is_relative_to(state)] == []


@pytest.mark.parametrize("crashed", [False, True], ids=["stopped", "killed, then stopped"])
def test_where_no_state_is_saved_no_mail_outlives_the_emulator(
    home: Path, crashed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST_STATE", "off")

    _send_and_stop(home, crashed)

    assert _naming(CUSTOMER, home) == []


def _send_and_stop(home: Path, crashed: bool) -> None:
    started = process.start(ports.any_free())
    _work(Cloud(started.endpoint))
    assert _naming(CUSTOMER, home)
    if crashed:
        os.kill(started.pid, 9)
    process.stop()


def _naming(customer: str, folder: Path) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [path for path in files if customer.encode() in path.read_bytes()]

"""An exported file may come from anybody: what it names is checked, and nothing of it runs."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import pickle
import shutil
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localstack_host.services.stepfunctions.ended_executions import PackedHistory
from localstack_host.services.stepfunctions.map_runs.running import Run
from localstack_host.state import about, allowed, executions, exported, imported, pickling
from localstack_host.state.about import ABOUT, STATE, About, Unusable
from localstack_host.state.allowed import NotAllowed
from localstack_host.state.layout import METRICS_JSON, STATE_JSON, TABLES

MODELS = "localstack.services.lambda_.invocation.lambda_models"
NOTHING: dict[str, Any] = {"services": [], "stores": {}, "members": {}, "moment": 0.0}
NO_POINTS: dict[str, Any] = {table: {"columns": ["id"], "rows": []} for table in TABLES}
CALLS = (
    ("os", "system"),
    ("posix", "system"),
    ("subprocess", "Popen"),
    ("builtins", "eval"),
    ("builtins", "exec"),
    ("builtins", "getattr"),
    ("builtins", "__import__"),
    ("importlib", "import_module"),
    ("functools", "partial"),
    ("operator", "methodcaller"),
    ("localstack.utils.run", "run"),
    ("localstack.utils.run", "ShellCommandThread"),
    ("localstack.services.plugins", "SERVICE_PLUGINS.require"),
    ("localstack_host.host.process", "stop"),
    ("localstack_host.state.executions", "abort_running"),
    ("localstack_host.state.imported", "new_object"),
    ("localstack_host.state.pickling", "load"),
    ("localstack_host.state.pickling", "pickle.loads"),
    ("moto.core.utils", "import_module"),
    ("antigravity", "webbrowser.open"),
    (MODELS, "S3Code"),
)


def node(kind: str, module: str, name: str, *arguments: Any, **contents: Any) -> list[Any]:
    state, items, entries = (
        contents.get("state"),
        contents.get("items", []),
        contents.get("entries", []),
    )
    return [kind, module, name, list(arguments), state, items, entries]


def listed(root: Any) -> list[Any]:
    """The list of objects of a state that has only data."""
    return exported.Encoder().encode_all(root)


def around(*nodes: list[Any]) -> list[Any]:
    """A state that has the first of some objects in a store."""
    objects = listed(NOTHING | {"stores": {"x": "HERE"}})
    text = json.dumps(objects).replace('"HERE"', json.dumps(["at", len(objects)]))
    shifted = json.dumps(list(nodes)).replace('"+', '"')
    return json.loads(text) + json.loads(shifted)


def described(**changed: Any) -> bytes:
    versions = about.versions()
    return json.dumps(
        {
            **versions,
            "saved_at": "2026-01-01T00:00:00.000Z",
            "services": [],
            "sha256": "",
            "size": 0,
            "files": {},
            **changed,
        }
    ).encode()


def packed(objects: Any, *more: tuple[tarfile.TarInfo, bytes], **changed: Any) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for member, data in (
            member_of(ABOUT, described(**changed)),
            member_of(STATE_JSON, json.dumps(objects).encode()),
            *more,
        ):
            archive.addfile(member, io.BytesIO(data))
    return file.getvalue()


def member_of(name: str, data: bytes, kind: bytes = tarfile.REGTYPE) -> tuple[Any, bytes]:
    member = tarfile.TarInfo(name)
    member.type = kind
    member.size = len(data)
    if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        member.linkname = "/etc/passwd"
    return member, data


def imports(tmp_path: Path, data: bytes) -> About:
    file = tmp_path / "file.tar.gz"
    file.write_bytes(data)
    return imported.import_file(file, tmp_path / "state")


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path) -> Iterator[None]:
    """What is refused leaves nothing, not even a draft."""
    yield
    left = {path.name for path in tmp_path.iterdir()}
    assert left <= {"file.tar.gz", "state"}


def refused(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises((NotAllowed, Unusable), match=why):
        imports(tmp_path, data)
    assert not (tmp_path / "state").exists()


def test_data_comes_back_as_it_was(tmp_path: Path) -> None:
    kept = [1, 2.5, float("inf"), "ä\ud800", b"\0", (1, (2,)), {3}, frozenset({4}), None, True]
    kept.append(kept)
    imports(tmp_path, packed(listed(NOTHING | {"stores": {"kept": kept}})))
    with (tmp_path / "state" / STATE).open("rb") as file:
        found = pickling.load(file)["stores"]["kept"]
    assert found[:-1] == kept[:-1]
    assert found[-1] is found
    assert about.check(tmp_path / "state").services == ()


def test_models_come_back_with_their_references(tmp_path: Path) -> None:
    from localstack.services.sqs.models import StandardQueue

    queue: Any = StandardQueue("q", "us-east-1", "000000000000")
    sent = queue.put({"Body": "text", "MessageId": "1"})
    queue.receipts["handle"] = sent
    written = io.BytesIO()
    written.writelines(pickling.dump(NOTHING | {"stores": {"kept": queue}}))
    written.seek(0)
    root = exported.RecordUnpickler(written).load()
    imports(tmp_path, packed(exported.Encoder().encode_all(root)))
    with (tmp_path / "state" / STATE).open("rb") as file:
        found = pickling.load(file)["stores"]["kept"]
    assert found.receipts["handle"] is found.visible.queue[0]
    received = found.receive(1, 0)
    assert received.successful[0].message["Body"] == "text"


def test_the_children_of_a_map_run_come_back(tmp_path: Path) -> None:
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.itemprocessor.map_run_record import (  # noqa: E501
        MapRunRecord,
    )

    machine = "arn:aws:states:us-east-1:000000000000:stateMachine:m"
    untyped: Any = MapRunRecord
    record = untyped(machine, f"{machine}:e", 1, 0, 0.0, "label")
    record.run = run = Run(record, items=2, children=2, is_express=False)
    done = run.begin(0, 1, frame=object())
    run.end(done, "SUCCEEDED", output="1")
    done.history = PackedHistory.of([{"id": 1, "type": "ExecutionStarted"}])
    run.begin(1, 1, frame=threading.Thread())  # goes on
    written = io.BytesIO()
    written.writelines(pickling.dump(NOTHING | {"stores": {"kept": record}}))
    written.seek(0)
    imports(tmp_path, packed(listed(exported.RecordUnpickler(written).load())))
    with (tmp_path / "state" / STATE).open("rb") as file:
        found = pickling.load(file)["stores"]["kept"].run
    first, second = found.in_order()
    assert first.described(record.map_run_arn) == done.described(record.map_run_arn)
    assert first.history.get_event_history() == [{"id": 1, "type": "ExecutionStarted"}]
    assert second.status == "RUNNING"
    found.adjust()  # with a lock of its own, and nobody to start


def test_an_alias_of_a_state_machine_comes_back(tmp_path: Path) -> None:
    from localstack.services.stepfunctions.backend.alias import Alias
    from localstack.services.stepfunctions.backend.state_machine import StateMachineRevision

    untyped: tuple[Any, Any] = (StateMachineRevision, Alias)
    machine = untyped[0]("m", "arn:m", "{}", "role", {"level": "OFF"}, None)
    routes = [{"stateMachineVersionArn": "arn:m:1", "weight": 100}]
    alias = untyped[1]("arn:m", "live", "first", routes)
    machine.aliases.add(alias)
    stores = {"machine": machine, "alias": alias}
    written = io.BytesIO()
    written.writelines(pickling.dump(NOTHING | {"stores": stores}))
    written.seek(0)
    imports(tmp_path, packed(listed(exported.RecordUnpickler(written).load())))
    with (tmp_path / "state" / STATE).open("rb") as file:
        found = pickling.load(file)["stores"]
    assert found["machine"].aliases == {found["alias"]} == {alias}
    assert found["alias"].sample() == "arn:m:1"


def test_an_execution_that_was_running_has_neither_tokens_nor_map_runs() -> None:
    found = executions.SavedEnvironment([])
    assert not found.callback_pool_manager.notify("token", outcome=object())
    assert found.callback_pool_manager.get("token") is None
    assert found.map_run_record_pool_manager.get_all() == []


def test_attributes_in_a_dictionary_of_localstack_s_class_come_back(tmp_path: Path) -> None:
    """LocalStack gives what an update changes such a dictionary in place of its `__dict__`."""
    from localstack.services.sqs.models import SqsMessage
    from localstack.utils.collections import DelSafeDict

    message: Any = SqsMessage(1.0, {"Body": "text", "MessageId": "1"})
    message.__dict__ = DelSafeDict(message.__dict__)
    written = io.BytesIO()
    written.writelines(pickling.dump(NOTHING | {"stores": {"kept": message}}))
    written.seek(0)
    imports(tmp_path, packed(listed(exported.RecordUnpickler(written).load())))
    with (tmp_path / "state" / STATE).open("rb") as file:
        assert vars(pickling.load(file)["stores"]["kept"]) == vars(message)


def test_an_import_keeps_the_time_of_the_save(tmp_path: Path) -> None:
    imports(tmp_path, packed(listed(NOTHING)))
    assert about.check(tmp_path / "state").saved_at == "2026-01-01T00:00:00.000Z"


@pytest.mark.parametrize("saved_at", [None, 1, "", "now", "2026-01-01T00:00:00.000Z\x1b[2J", []])
def test_a_time_that_is_none_is_refused(tmp_path: Path, saved_at: Any) -> None:
    refused(tmp_path, packed(listed(NOTHING), saved_at=saved_at), "which is no time")


@pytest.mark.parametrize(("module", "name"), CALLS)
@pytest.mark.parametrize("kind", ["call", "object"])
def test_other_functions_and_classes_are_refused(
    tmp_path: Path, module: str, name: str, kind: str
) -> None:
    if (kind, name) == ("object", "S3Code"):
        pytest.skip("a model, which is made without a call")
    objects = around(node(kind, module, name, f"touch {tmp_path}/canary"))
    refused(tmp_path, packed(objects), "it (calls|names|makes)|is no class")


@pytest.mark.parametrize(("module", "name"), CALLS)
def test_other_functions_and_classes_are_no_values(tmp_path: Path, module: str, name: str) -> None:
    state = ["at", 9]
    objects = around(node("object", MODELS, "Function", state=state))
    at = len(objects)
    objects[-1][4] = ["at", at]
    objects.append(["dict", [["function_name", ["name", module, name]]]])
    refused(tmp_path, packed(objects), "as a value")


@pytest.mark.parametrize(
    "objects",
    [
        around(node("object", MODELS, "HotReloadingCode")),
        around(node("object", allowed.HISTORIES, "PackedHistory")),
        around(node("object", "localstack.services.sqs.models", "SqsMessage.__init__")),
        around(node("object", "localstack.services.sqs.models", "threading.Thread")),
        around(node("call", "localstack.aws.api.sqs", "QueueAttributeName", ["at", 0])),
        around(node("call", "collections", "defaultdict", ["name", "os", "system"])),
        around(node("call", "threading", "RLock", state=["tuple", [None, 1]])),
        around(["function", "os", "system"]),
        around(["list", [["eval", "1"]]]),
        [["list", []]],
        [],
        {"a": 1},
        "text",
        listed({"services": []}),
    ],
    ids=range(14),
)
def test_other_objects_are_refused(tmp_path: Path, objects: Any) -> None:
    refused(tmp_path, packed(objects), ".")


@pytest.mark.parametrize("attribute", ["__class__", "__dict__", "run", "__reduce__"])
def test_attributes_that_a_class_has_not_are_refused(tmp_path: Path, attribute: str) -> None:
    objects = around(node("object", MODELS, "Function"))
    at = len(objects)
    objects[-1][4] = ["tuple", [None, ["at", at]]]
    objects.append(["dict", [[attribute, 1]]])
    refused(tmp_path, packed(objects), "this has not")


@pytest.mark.parametrize("name", ["..", "../../home", "/etc", "a/../b", "", None, "a\0b", "a/b"])
def test_what_becomes_a_path_is_a_name(tmp_path: Path, name: Any) -> None:
    objects = around(node("object", MODELS, "S3Code"))
    at = len(objects)
    objects[-1][4] = ["at", at]
    objects.append(["dict", [["id", name], ["s3_bucket", "bucket"]]])
    refused(tmp_path, packed(objects), "no name")
    bucket = {"s3 objects": {name or "": {"keys": {}, "parts": {}}}}
    refused(tmp_path, packed(listed(NOTHING | {"members": bucket})), "no name")
    refused(tmp_path, packed(listed(NOTHING | {"members": {"ses mails": {name: 1}}})), "no name")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("/etc/cron.d/x", tarfile.REGTYPE),
        ("../x", tarfile.REGTYPE),
        ("blobs/../../x", tarfile.REGTYPE),
        ("state.pickle", tarfile.REGTYPE),
        ("metrics.db", tarfile.REGTYPE),
        ("blobs", tarfile.DIRTYPE),
        (f"blobs/{'0' * 64}", tarfile.SYMTYPE),
        (f"blobs/{'0' * 64}", tarfile.LNKTYPE),
        (f"blobs/{'0' * 64}", tarfile.FIFOTYPE),
        (f"blobs/{'0' * 64}", tarfile.CHRTYPE),
        (f"blobs/{'g' * 64}", tarfile.REGTYPE),
    ],
)
def test_other_members_of_an_archive_are_refused(tmp_path: Path, name: str, kind: bytes) -> None:
    refused(tmp_path, packed(listed(NOTHING), member_of(name, b"", kind)), "no export has")


def test_a_content_has_the_checksum_that_is_its_name(tmp_path: Path) -> None:
    sha256 = hashlib.sha256(b"content").hexdigest()
    good = packed(listed(NOTHING), member_of(f"blobs/{sha256}", b"content"))
    bad = packed(listed(NOTHING), member_of(f"blobs/{sha256}", b"other"))
    refused(tmp_path, bad, "another content")
    imports(tmp_path, good)
    assert (tmp_path / "state" / "blobs" / sha256).read_bytes() == b"content"


def test_a_missing_content_is_refused(tmp_path: Path) -> None:
    blob = node("object", "localstack_host.state.objects", "Blob", "a" * 64, 1)
    objects = listed(
        NOTHING | {"members": {"s3 objects": {"bucket": {"keys": {"k": "HERE"}, "parts": {}}}}}
    )
    text = json.dumps(objects).replace('"HERE"', json.dumps(["at", len(objects)]))
    refused(tmp_path, packed([*json.loads(text), blob]), "is missing")


@pytest.mark.parametrize("position", [-8, -5])
def test_a_file_whose_checksum_is_wrong_is_refused(tmp_path: Path, position: int) -> None:
    changed = bytearray(packed(listed(NOTHING)))
    changed[position] ^= 1
    refused(tmp_path, bytes(changed), "CRC check failed")


def test_no_bit_of_a_file_can_change_unseen(tmp_path: Path) -> None:
    """But for those of gzip's own head, such as its time."""
    good = packed(listed(NOTHING), member_of(METRICS_JSON, json.dumps(NO_POINTS).encode()))
    imports(tmp_path, good)
    made = (tmp_path / "state" / STATE).read_bytes()
    for position in range(10, len(good), 3):
        shutil.rmtree(tmp_path / "state", ignore_errors=True)
        changed = bytearray(good)
        changed[position] ^= 1 << position % 8
        try:
            imports(tmp_path, bytes(changed))
        except (NotAllowed, Unusable):
            assert not (tmp_path / "state").exists()
        else:
            assert (tmp_path / "state" / STATE).read_bytes() == made


@pytest.mark.parametrize(
    "metrics",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b"\xff",
        json.dumps(NO_POINTS | {TABLES[0]: {"columns": ["id"]}}).encode(),
        json.dumps(NO_POINTS | {TABLES[0]: {"columns": [1], "rows": []}}).encode(),
        json.dumps(NO_POINTS | {TABLES[0]: {"columns": ["value"], "rows": []}}).encode(),
        json.dumps(NO_POINTS | {TABLES[0]: {"columns": ["id"], "rows": [[1, 2]]}}).encode(),
        json.dumps(NO_POINTS | {TABLES[0]: {"columns": ["id"], "rows": [[1], [1]]}}).encode(),
    ],
)
def test_data_points_that_no_export_has_are_refused(tmp_path: Path, metrics: bytes) -> None:
    refused(
        tmp_path,
        packed(listed(NOTHING), member_of(METRICS_JSON, metrics)),
        f"{METRICS_JSON} is not as an export writes it",
    )


def test_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imported, "MOST_BYTES", 50_000)
    bomb = packed(listed(NOTHING), member_of(f"blobs/{'0' * 64}", b"\0" * 1_000_000))
    assert len(bomb) < 10_000
    refused(tmp_path, bomb, "more than")
    monkeypatch.setattr(imported, "MOST_BYTES", 1 << 30)
    monkeypatch.setattr(imported, "MOST_JSON", 10)
    refused(tmp_path, packed(listed(NOTHING)), "has more than")


@pytest.mark.parametrize("data", [b"", b"no archive", gzip.compress(b"text" * 1000, mtime=0)])
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    refused(tmp_path, data, ".")


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    whole = packed(listed(NOTHING))
    for length in range(1, len(whole) - 8, 97):
        refused(tmp_path, whole[:length], ".")


def test_deep_json_is_refused(tmp_path: Path) -> None:
    deep = member_of(STATE_JSON, b"[" * 200_000)
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for member, data in (member_of(ABOUT, described()), deep):
            archive.addfile(member, io.BytesIO(data))
    refused(tmp_path, file.getvalue(), ".")


def test_other_versions_are_refused(tmp_path: Path) -> None:
    refused(tmp_path, packed(listed(NOTHING), moto="1.0"), "moto is")


def test_an_export_reads_a_pickle_without_running_it(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "canary",))

    record = exported.RecordUnpickler(io.BytesIO(pickle.dumps(Bomb()))).load()
    assert isinstance(record, exported.Record)
    assert record.named[1] == "Path.touch"
    assert not (tmp_path / "canary").exists()

"""Distributed Map states: batches, files of results, sources of items, and fields."""

from __future__ import annotations

import gzip
import io
import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from localstack.aws.api.stepfunctions import ResourceNotFound

from localstack_host.services.stepfunctions.definitions.check import diagnose
from localstack_host.services.stepfunctions.map_runs import readers, results
from localstack_host.services.stepfunctions.map_runs.api import MapRuns
from localstack_host.services.stepfunctions.map_runs.batches import Batcher, InvalidBatcher
from localstack_host.services.stepfunctions.map_runs.children import Child
from localstack_host.services.stepfunctions.map_runs.fields import NONE, MapFields, extract

MACHINE = "arn:aws:states:us-east-2:000000000000:stateMachine:m/label"
PASS = {"Type": "Pass", "End": True}


class TestBatches:
    ITEMS = st.lists(st.text(max_size=30) | st.integers(), max_size=40)

    @given(ITEMS, st.integers(1, 7), st.integers(30, 200))
    def test_no_item_is_lost_and_no_limit_exceeded(
        self, items: list[Any], most: int, size: int
    ) -> None:
        batcher = Batcher.of({"MaxItemsPerBatch": most, "MaxInputBytesPerBatch": size})
        batches = list(batcher.batches(items))
        assert [item for batch in batches for item in batch["Items"]] == items
        for batch in batches:
            written = json.dumps(batch, separators=(",", ":"), ensure_ascii=False).encode()
            assert 1 <= len(batch["Items"]) <= most
            assert len(written) <= size + 1 or len(batch["Items"]) == 1

    def test_batches_have_what_they_share(self) -> None:
        batcher = Batcher.of({"MaxItemsPerBatch": "2", "BatchInput": {"a": 1}})
        assert list(batcher.batches([1, 2, 3])) == [
            {"BatchInput": {"a": 1}, "Items": [1, 2]},
            {"BatchInput": {"a": 1}, "Items": [3]},
        ]

    @pytest.mark.parametrize(
        "fields", [{}, {"MaxItemsPerBatch": -1}, {"MaxInputBytesPerBatch": "many"}]
    )
    def test_limits_are_positive_integers(self, fields: dict[str, Any]) -> None:
        with pytest.raises(InvalidBatcher):
            Batcher.of(fields)


def child(status: str, **outcome: str) -> Child:
    made = Child(MACHINE, 0, 1, name=status, input='{"n":1}')
    made.ended(status, **outcome)
    return made


class TestResults:
    CHILDREN = (
        child("SUCCEEDED", output="[1, [2]]"),
        child("FAILED", error="E", cause="C"),
        child("SUCCEEDED", output='"x"'),
    )

    @pytest.mark.parametrize(
        ("transformation", "good"),
        [("COMPACT", [[1, [2]], "x"]), ("FLATTEN", [1, [2], "x"])],
    )
    def test_failed_children_are_whole_whatever_the_transformation(
        self, transformation: str, good: list[Any]
    ) -> None:
        found = results.outputs(self.CHILDREN, transformation)
        (bad,) = [each for each in found if isinstance(each, dict)]
        found.remove(bad)
        assert found == good
        assert (bad["Status"], bad["Error"], bad["Cause"]) == ("FAILED", "E", "C")
        assert bad["ExecutionArn"] == MACHINE.replace(":stateMachine:", ":execution:") + ":FAILED"

    def test_there_is_a_file_for_each_status(self) -> None:
        files = results.files(self.CHILDREN, {})
        assert {name: file for name, (file, _) in files.items()} == {
            "SUCCEEDED": "SUCCEEDED_0.json",
            "FAILED": "FAILED_0.json",
        }
        first, _ = json.loads(files["SUCCEEDED"][1])
        assert (first["Output"], first["Input"], first["RedriveCount"]) == (
            "[1, [2]]",
            '{"n":1}',
            0,
        )

    def test_lines_are_flat_outputs_if_so_configured(self) -> None:
        config = {"Transformation": "FLATTEN", "OutputType": "JSONL"}
        name, content = results.files(self.CHILDREN, config)["SUCCEEDED"]
        assert (name, content) == ("SUCCEEDED_0.jsonl", b'1\n[2]\n"x"\n')


class TestReaders:
    def test_lines_are_items(self) -> None:
        assert readers.items("JSONL", '{"a": 1}\n\n[2]\n"x"\n', None, 2) == [{"a": 1}, [2]]
        with pytest.raises(readers.UnreadableItems):
            readers.items("JSONL", "{}\nno", None, 5)

    def test_a_csv_file_may_have_another_delimiter(self) -> None:
        assert readers.with_commas('a;b,c\n"d;e";f\n', "SEMICOLON") == 'a,"b,c"\r\nd;e,f\r\n'
        with pytest.raises(readers.UnreadableItems):
            readers.with_commas("a", "DOT")

    def test_an_inventory_lists_objects(self) -> None:
        class Bucket:
            def get_object(self, **where: str) -> dict[str, Any]:
                assert where == {"Bucket": "kept", "Key": "data/1.csv.gz"}
                return {
                    "Body": io.BytesIO(gzip.compress(b'"b","one","3"\n"b","two","4"\n', mtime=0))
                }

        manifest = {
            "destinationBucket": "arn:aws:s3:::kept",
            "fileFormat": "CSV",
            "fileSchema": "Bucket, Key, Size",
            "files": [{"key": "data/1.csv.gz"}],
        }
        assert readers.items("MANIFEST", json.dumps(manifest), Bucket(), 10) == [
            {"Bucket": "b", "Key": "one", "Size": "3"},
            {"Bucket": "b", "Key": "two", "Size": "4"},
        ]
        with pytest.raises(readers.UnreadableItems):
            readers.items("MANIFEST", json.dumps(manifest | {"fileFormat": "ORC"}), Bucket(), 10)

    @pytest.mark.parametrize(
        ("changed", "content"),
        [
            ({"files": None}, b""),
            ({"files": [{}]}, b""),
            ({"fileSchema": 1}, b""),
            ({}, b"no gzip"),
            ({}, gzip.compress(b"text", mtime=0)[:-9]),
            ({}, gzip.compress(b"text" * 99, mtime=0)[:12] + b"\xff" * 40),
            ({}, gzip.compress(b"\xff", mtime=0)),
            ("text", b""),
        ],
    )
    def test_a_malformed_inventory_is_told(self, changed: Any, content: bytes) -> None:
        class Bucket:
            def get_object(self, **_where: str) -> dict[str, Any]:
                return {"Body": io.BytesIO(content)}

        manifest = {
            "destinationBucket": "arn:aws:s3:::kept",
            "fileFormat": "CSV",
            "fileSchema": "Bucket, Key",
            "files": [{"key": "1.csv.gz"}],
        }
        text = json.dumps(manifest | changed if isinstance(changed, dict) else changed)
        with pytest.raises(readers.UnreadableItems):
            readers.items("MANIFEST", text, Bucket(), 10)


def distributed(kind: str = "STANDARD", **fields: Any) -> dict[str, Any]:
    config = {"Mode": "DISTRIBUTED", "ExecutionType": kind}
    processor = {"ProcessorConfig": config, "StartAt": "P", "States": {"P": PASS}}
    return {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}


def machine(**states: Any) -> str:
    return json.dumps({"StartAt": next(iter(states)), "States": states})


class TestFields:
    def test_what_the_grammar_lacks_is_taken_out(self) -> None:
        reader = {"Resource": "r", "ReaderConfig": {"InputType": "JSONL", "MaxItems": 5}}
        batcher = {"MaxItemsPerBatch": 2}
        whole = distributed("EXPRESS", ItemReader=reader, ItemBatcher=batcher)
        nested = distributed(ResultWriter={"WriterConfig": {"Transformation": "FLATTEN"}})
        branch = {"StartAt": "N", "States": {"N": nested}}
        text, fields = extract(
            machine(M=whole, B={"Type": "Parallel", "Branches": [branch], "End": True})
        )
        known = reader | {"ReaderConfig": {"InputType": "JSON", "MaxItems": 5}}
        bare = {"StartAt": "N", "States": {"N": distributed()}}
        assert json.loads(text)["States"] == {
            "M": distributed(ItemReader=known),
            "B": {"Type": "Parallel", "Branches": [bare], "End": True},
        }
        assert fields == {
            "M": MapFields(True, False, batcher, {"InputType": "JSONL"}),
            "N": MapFields(writer={"Transformation": "FLATTEN"}),
        }

    def test_other_definitions_stay_as_they_are(self) -> None:
        text = '{ "StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}} }'
        assert extract(text) == (text, {})
        plain = distributed()
        assert extract(machine(M=plain)) == (machine(M=plain), {"M": NONE})

    @pytest.mark.parametrize(
        "changed",
        [
            {"ResultWriter": []},
            {"ResultWriter": None},
            {"ItemReader": {"ReaderConfig": "x"}},
            {"ItemReader": None},
            {"ItemProcessor": {"ProcessorConfig": "DISTRIBUTED", "States": {}}},
            {"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "States": []}},
        ],
    )
    def test_a_definition_of_another_form_is_left_to_the_grammar(
        self, changed: dict[str, Any]
    ) -> None:
        text = machine(M=distributed() | changed)
        assert extract(text) == (text, {})
        text = '{"StartAt": "DISTRIBUTED"'
        assert extract(text) == (text, {})


@pytest.mark.parametrize(
    ("resource", "found"),
    [
        ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", True),
        ("arn:aws:states:::states:startExecution.sync", True),
        ("arn:aws:states:us-east-2:000000000000:activity:a", True),
        ("arn:aws:states:::sqs:sendMessage", False),
    ],
)
@pytest.mark.parametrize("kind", ["EXPRESS", "STANDARD"])
def test_express_children_wait_for_nothing(resource: str, found: bool, kind: str) -> None:
    state = distributed(kind)
    task = {"Type": "Task", "Resource": resource, "Parameters": {"x": 1}, "End": True}
    state["ItemProcessor"]["States"] = {"P": task}
    errors = diagnose(machine(M=state), "STANDARD")
    assert (
        [str(error) for error in errors if "Express" in str(error)] != []
        if found and kind == ("EXPRESS")
        else errors == []
    )


def test_an_execution_that_is_about_to_start_has_no_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    run = SimpleNamespace(record=SimpleNamespace(map_run_arn="arn"))
    pool = SimpleNamespace(get_all=lambda: [SimpleNamespace(run=run), SimpleNamespace()])
    workers = (
        None,
        SimpleNamespace(env=None),
        SimpleNamespace(env=SimpleNamespace(map_run_record_pool_manager=pool)),
    )
    executions = {str(n): SimpleNamespace(exec_worker=worker) for n, worker in enumerate(workers)}
    store = SimpleNamespace(executions=executions)
    monkeypatch.setattr(MapRuns, "get_store", lambda _self, _context: store)
    provider, context = MapRuns.__new__(MapRuns), cast("Any", None)
    assert provider._run(context, "arn") is cast("Any", run)
    with pytest.raises(ResourceNotFound):
        provider._run(context, "other")

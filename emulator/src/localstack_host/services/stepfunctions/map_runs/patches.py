"""The patches of distributed Map states."""

from __future__ import annotations

import json
from copy import copy
from functools import lru_cache
from typing import Any

from localstack_host.localstack_api import patch, replace
from localstack_host.services.stepfunctions.map_runs import readers, results, running
from localstack_host.services.stepfunctions.map_runs.batches import Batcher, InvalidBatcher
from localstack_host.services.stepfunctions.map_runs.fields import MapFields, of_state
from localstack_host.services.stepfunctions.map_runs.items import context_of, items_of

STATE_MAP = "localstack.services.stepfunctions.asl.component.state.state_execution.state_map"
# An Express execution takes no longer.
LONGEST_EXPRESS_S = 300


def apply_patches() -> None:
    """Applies the patches."""
    _patch_fields()
    _patch_items()
    _patch_runs()
    _patch_readers()
    _patch_writer()


def _patch_fields() -> None:
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.distributed_iteration_component import (  # noqa: E501
        DistributedIterationComponent,
    )
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.state_map import (  # noqa: E501
        StateMap,
    )

    @patch(StateMap.from_state_props)
    def from_props(original: Any, state: Any, props: Any) -> None:
        original(state, props)
        fields = of_state(state.name)
        for part in (state.iteration_component, state.item_reader, state.result_writer):
            if part is not None:
                part.map_fields = fields
        for items in (state.items_path, state.items):
            if items is not None:
                items.of_distributed = isinstance(
                    state.iteration_component, DistributedIterationComponent
                )


def _patch_items() -> None:
    from localstack.services.stepfunctions.asl.component.common.path.items_path import ItemsPath
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.items.items import (  # noqa: E501
        ItemsJSONata,
    )

    @patch(ItemsPath._eval_body)
    def from_path(original: Any, path: Any, env: Any) -> None:
        original(path, env)
        if path.of_distributed:
            env.stack[-1] = items_of(env.stack[-1])

    @patch(ItemsJSONata._eval_body)
    def from_expression(original: Any, items: Any, env: Any) -> None:
        if not items.of_distributed:
            original(items, env)
            return
        items.string_jsonata.also = "object"
        items.string_jsonata.eval(env=env)
        env.stack[-1] = items_of(env.stack[-1])


def _patch_runs() -> None:
    from localstack.aws.api.stepfunctions import MapRunStatus
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.distributed_iteration_component import (  # noqa: E501
        DistributedIterationComponent,
    )
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.itemprocessor.distributed_item_processor_worker import (  # noqa: E501
        DistributedItemProcessorWorker,
    )
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.itemprocessor.map_run_record import (  # noqa: E501
        MapRunRecord,
    )
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.iterator.distributed_iterator_worker import (  # noqa: E501
        DistributedIteratorWorker,
    )

    @patch(MapRunRecord.set_stop)
    def set_stop(original: Any, record: Any, status: Any) -> None:
        was_stopped = hasattr(record, "run") and record.run.was_stopped
        original(record, MapRunStatus.ABORTED if was_stopped else status)

    for worker in (DistributedItemProcessorWorker, DistributedIteratorWorker):

        @patch(worker.eval)
        def work(_original: Any, worker: Any) -> None:
            running.run_jobs(worker)

    @patch(DistributedIterationComponent._map_run)
    def map_run(_original: Any, component: Any, env: Any, eval_input: Any) -> None:
        _run_children(component, env, eval_input)


def _run_children(component: Any, env: Any, eval_input: Any) -> None:
    """Runs the children of a distributed Map; its results are on the stack then."""
    from localstack.services.stepfunctions.asl.component.common.timeouts.timeout import (
        TimeoutSeconds,
    )
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.job import (  # noqa: E501
        JobPool,
    )

    fields: MapFields = component.map_fields
    items = env.stack.pop()
    inputs = _batched(items, fields, env, eval_input)
    record = eval_input.map_run_record
    run = running.Run(record, len(items), len(inputs), fields.is_express)
    run.applied_selector = fields.batcher is not None
    record.run = env.map_run = run
    program = component._get_iteration_program()
    if fields.is_express:
        program.timeout_seconds = TimeoutSeconds(LONGEST_EXPRESS_S)
    pool: Any = JobPool(job_program=program, job_inputs=inputs)
    run.work(lambda: component._launch_worker(env=env, eval_input=eval_input, job_pool=pool))
    pool.await_jobs()
    run.was_stopped = not env.is_running()
    run.finish()
    if failure := pool.get_worker_exception():
        raise failure
    transformation = fields.writer.get("Transformation", "COMPACT")
    env.stack.append(results.outputs(run.in_order(), transformation))


def _batched(items: list[Any], fields: MapFields, env: Any, eval_input: Any) -> list[Any]:
    """The inputs of the children: the items, or batches of them after the ItemSelector."""
    if fields.batcher is None:
        return items
    try:
        batcher = Batcher.of(_evaluated(fields, env))
    except InvalidBatcher as error:
        raise _failed(str(error), env, "StatesRuntime") from error
    return list(
        batcher.batches([_selected(item, at, env, eval_input) for at, item in enumerate(items)])
    )


def _selected(item: Any, index: int, env: Any, eval_input: Any) -> Any:
    selector = eval_input.item_selector or eval_input.parameters
    if not selector:
        return item
    frame = env.open_frame()
    try:
        frame.states.context_object.context_object_data["Map"] = context_of(item, index)
        frame.states.reset(env.states.get_input())
        frame.stack = [env.states.get_input()]
        selector.eval(frame)
        return frame.stack.pop()
    finally:
        env.delete_frame(frame)


def _evaluated(fields: MapFields, env: Any) -> Any:
    """The fields of an ItemBatcher: paths and expressions in them are about the state's input."""
    template = {}
    for name, value in (fields.batcher or {}).items():
        is_path = name.endswith("Path")
        template[f"{name.removesuffix('Path')}.$" if is_path else name] = value
    payload = _payload(json.dumps(template), fields.is_jsonata)
    frame = env.open_frame()
    try:
        frame.states.reset(env.states.get_input())
        frame.stack = [env.states.get_input()]
        payload.eval(frame)
        return frame.stack.pop()
    finally:
        env.delete_frame(frame)


@lru_cache(256)
def _payload(template: str, is_jsonata: bool) -> Any:
    """LocalStack's component of a payload, as the grammar has it in an ItemReader."""
    from localstack.services.stepfunctions.asl.parse.asl_parser import AmazonStateLanguageParser

    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "A",
        "States": {"A": {"Type": "Pass", "End": True}},
    }
    reader = {"Resource": "arn:aws:states:::s3:getObject"}
    reader["Arguments" if is_jsonata else "Parameters"] = json.loads(template)
    state = {"Type": "Map", "ItemReader": reader, "ItemProcessor": processor, "End": True}
    machine = {"StartAt": "M", "States": {"M": state}}
    if is_jsonata:
        machine["QueryLanguage"] = "JSONata"
    program: Any = AmazonStateLanguageParser.parse(json.dumps(machine))[0]
    return program.states.states["M"].item_reader.parargs


def _failed(cause: str, env: Any, kind: str) -> Exception:
    from localstack.aws.api.stepfunctions import HistoryEventType
    from localstack.services.stepfunctions.asl.component.common.error_name import (
        failure_event,
        states_error_name,
        states_error_name_type,
    )

    types: Any = states_error_name_type.StatesErrorNameType
    name = states_error_name.StatesErrorName(typ=types[kind])
    details: Any = {"mapRunFailedEventDetails": {"error": name.error_name, "cause": cause}}
    event = failure_event.FailureEvent(env, name, HistoryEventType.TaskFailed, details)
    failed: Exception = failure_event.FailureEventException(event)
    return failed


def _patch_readers() -> None:
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.item_reader.item_reader_decl import (  # noqa: E501
        ItemReader,
    )
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.item_reader.resource_eval.resource_eval_s3 import (  # noqa: E501
        ResourceEvalS3,
    )

    def list_objects(env: Any, part: Any, credentials: Any) -> None:
        client = ResourceEvalS3._get_s3_client(part, credentials)
        env.stack.append(readers.objects(client, env.stack.pop()))

    replace(ResourceEvalS3, "_handle_list_objects_v2", staticmethod(list_objects))

    @patch(ItemReader._eval_body)
    def read(original: Any, reader: Any, env: Any) -> None:
        fields = reader.map_fields.reader
        try:
            if kind := fields.get("InputType"):
                _read_items(reader, kind, env)
            elif delimiter := fields.get("CSVDelimiter"):
                _read_delimited(original, reader, delimiter, env)
            else:
                original(reader, env)
        except readers.UnreadableItems as error:
            raise _failed(str(error), env, "StatesItemReaderFailed") from error


def _read_items(reader: Any, kind: str, env: Any) -> None:
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.credentials import (  # noqa: E501
        StateCredentials,
    )

    reader.reader_config.eval(env=env)
    most = env.stack.pop()["MaxItemsValue"]
    if reader.parargs:
        reader.parargs.eval(env=env)
    else:
        env.stack.append({})
    source = reader.resource_eval
    source.eval_resource(env=env)
    source.resource.eval(env=env)
    credentials = StateCredentials(role_arn=env.aws_execution_details.role_arn)
    client = source._get_s3_client(env.stack.pop(), credentials)
    env.stack.append(readers.items(kind, env.stack.pop(), client, most))


def _read_delimited(original: Any, reader: Any, delimiter: str, env: Any) -> None:
    transformer = reader.resource_output_transformer

    class Commas:
        """LocalStack's transformer, which gets the same file with commas."""

        def eval(self, env: Any) -> None:
            config, text = env.stack.pop(), env.stack.pop()
            env.stack += [readers.with_commas(text, delimiter), config]
            transformer.eval(env=env)

    changed = copy(reader)
    changed.resource_output_transformer = Commas()
    original(changed, env)


def _patch_writer() -> None:
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.result_writer.resource_eval.resource_eval_s3 import (  # noqa: E501
        ResourceEvalS3,
    )
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.result_writer.result_writer_decl import (  # noqa: E501
        ResultWriter,
    )

    @patch(ResultWriter._eval_body)
    def write(original: Any, writer: Any, env: Any) -> None:
        env.writer_config = writer.map_fields.writer
        original(writer, env)

    def put(env: Any, part: Any, credentials: Any) -> None:
        parameters = env.stack.pop()
        env.stack.pop()  # the results, which are the children's
        client = ResourceEvalS3._get_s3_client(part, credentials)
        env.stack.append(_written(client, parameters, env))

    replace(ResourceEvalS3, "_handle_put_object", staticmethod(put))


def _written(client: Any, parameters: Any, env: Any) -> dict[str, Any]:
    """Writes the files of results and their manifest; what the state's output is then."""
    run, bucket = env.map_run, parameters["Bucket"]
    arn = run.record.map_run_arn
    prefix = parameters.get("Prefix", "")
    folder = f"{prefix}{'/' if prefix and not prefix.endswith('/') else ''}{arn.rpartition(':')[2]}"
    listed: dict[str, list[dict[str, Any]]] = {name: [] for name in results.FILES}
    for kind, (name, content) in results.files(run.in_order(), env.writer_config).items():
        key = f"{folder}/{name}"
        client.put_object(Bucket=bucket, Key=key, Body=content)
        listed[kind].append({"Key": key, "Size": len(content)})
    manifest = {"DestinationBucket": bucket, "MapRunArn": arn, "ResultFiles": listed}
    key = f"{folder}/manifest.json"
    client.put_object(Bucket=bucket, Key=key, Body=json.dumps(manifest).encode())
    return {"MapRunArn": arn, "ResultWriterDetails": {"Bucket": bucket, "Key": key}}

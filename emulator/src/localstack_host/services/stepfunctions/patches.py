"""The patches of Step Functions.

Without them, LocalStack

- parses a definition for every execution and a JSONPath for every use, and converts the names of
  all operations of a service for every call (`programs.py`);
- runs every execution at once (`execution_queue.py`), and would count the time that a state waits
  for a slot (`state_clock.py`);
- keeps all data of every execution (`ended_executions.py`);
- starts a thread for each execution and state (`performance/pooled_threads.py`), and copies what
  they work on over and over (`performance/workflow_copies.py`);
- puts events about every execution, whether there is a rule for them or not, in a form of its own
  (`status_events.py`);
- catches errors that AWS lets fail (`failures/`);
- runs the children of a distributed Map as parts of their parent (`map_runs/`);
- evaluates JSONata in Java (`jsonata/`), and leaves escapes in texts (`literals.py`), also in those
  of intrinsic functions (`intrinsics.py`);
- lets the output of a state see what the state assigns (`variables/`);
- fails or waits where TestState meets a retrier (`tested_states/`);
- compares times in UTC and whole seconds only (`comparisons.py`);
- lets an execution fail that was stopped while a task was at work;
- cannot start a state machine that has an alias (`aliases.py`);
- does not count executions (`metrics.py`);
- assumes the role in a Task's `Credentials` as the service (`task_credentials.py`).

`patch` where a function is replaced where it is defined; `replace` for imported names, static
methods, properties and classes.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache, lru_cache
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from localstack_host.fair_queue import FairQueue
from localstack_host.host.settings import PROCESSORS, WORKFLOWS_AT_A_TIME
from localstack_host.localstack_api import add, patch, replace
from localstack_host.performance import shortcuts, workflow_copies
from localstack_host.performance.pooled_threads import PooledThread
from localstack_host.services.stepfunctions import (
    aliases,
    comparisons,
    ended_executions,
    execution_queue,
    intrinsics,
    metrics,
    requests,
    state_clock,
    status_events,
    task_credentials,
)
from localstack_host.services.stepfunctions.failures import patches as failures
from localstack_host.services.stepfunctions.jsonata import patches as jsonata
from localstack_host.services.stepfunctions.literals import text_of
from localstack_host.services.stepfunctions.map_runs import patches as map_runs
from localstack_host.services.stepfunctions.paths import ManyPlaces, with_many_places
from localstack_host.services.stepfunctions.programs import cached_programs, locked_property
from localstack_host.services.stepfunctions.tested_states import patches as tested_states
from localstack_host.services.stepfunctions.variables import patches as variables

BUSY_AT_A_TIME = PROCESSORS + 1
SPELLINGS = 4096  # names of operations and of their fields


@cache
def apply_patches() -> None:
    """Applies the patches, when Step Functions is loaded."""
    patch_programs()
    failures.apply_patches()
    jsonata.apply_patches()
    map_runs.apply_patches()
    variables.apply_patches()
    tested_states.apply_patches()
    _patch_literals()
    _patch_intrinsics()
    _patch_comparisons()
    _patch_texts_of_json()
    patch_state_clock()
    _patch_aliases()
    if shortcuts.are_taken():
        _patch_copies()
    queue = FairQueue(WORKFLOWS_AT_A_TIME.value(), busy=BUSY_AT_A_TIME)
    _patch_executions(queue)
    _patch_waiting(queue)
    _patch_stopping()
    _patch_metrics()
    _patch_credentials()
    patch_status_events()
    execution_queue.poll(queue)


def patch_programs() -> None:
    """Caches parsed definitions and paths; mutable parts are created for each execution."""
    from localstack.services.stepfunctions.asl.component import eval_component
    from localstack.services.stepfunctions.asl.component.common.path import result_path
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service import (  # noqa: E501
        state_task_service as tasks,
    )
    from localstack.services.stepfunctions.asl.parse import asl_parser
    from localstack.services.stepfunctions.asl.utils import json_path

    results: Any = result_path
    replace(results, "parse", cache(results.parse))
    _patch_paths(json_path)
    patch_spelling(tasks)
    parser: Any = asl_parser.AmazonStateLanguageParser
    replace(parser, "parse", staticmethod(cached_programs(parser.parse)))
    component: Any = eval_component.EvalComponent
    replace(component, "heap_key", locked_property(component.heap_key))


def _patch_paths(json_path: Any) -> None:
    """Caches paths; one that may lead to several places gives an array, if also of one or none."""
    parse = cache(with_many_places(json_path.parse))
    replace(json_path, "parse", parse)
    replace(
        json_path,
        "_contains_slice_or_wildcard_array",
        lambda path: isinstance(parse(path), ManyPlaces),
    )


def _patch_literals() -> None:
    from localstack.services.stepfunctions.asl.parse import preprocessor

    module: Any = preprocessor
    replace(module, "from_string_literal", text_of)

    @patch(module.Preprocessor.visitAssign_template_value_terminal_string_literal)
    def visit(_original: Any, _visitor: Any, ctx: Any) -> Any:
        return module.AssignTemplateValueTerminalLit(value=text_of(ctx.string_literal()))


def _patch_intrinsics() -> None:
    from localstack.services.stepfunctions.asl.component.intrinsic.function.statesfunction.array import (  # noqa: E501
        array_contains,
        array_unique,
    )
    from localstack.services.stepfunctions.asl.component.intrinsic.function.statesfunction.encoding_decoding import (  # noqa: E501
        base_64_decode,
        base_64_encode,
    )
    from localstack.services.stepfunctions.asl.component.intrinsic.function.statesfunction.generic import (  # noqa: E501
        string_format,
    )
    from localstack.services.stepfunctions.asl.parse import preprocessor
    from localstack.services.stepfunctions.asl.parse.intrinsic import intrinsic_parser
    from localstack.services.stepfunctions.asl.parse.intrinsic import preprocessor as functions

    module: Any = preprocessor
    parser: Any = intrinsic_parser.IntrinsicParser
    replace(functions.Preprocessor, "_text_of_str", staticmethod(intrinsics.text_of))
    patch(string_format.StringFormat._eval_body)(intrinsics.format_values)
    patch(array_unique.ArrayUnique._eval_body)(intrinsics.unique)
    patch(array_contains.ArrayContains._eval_body)(intrinsics.contains)
    patch(base_64_encode.Base64Encode._eval_body)(intrinsics.encode)
    patch(base_64_decode.Base64Decode._eval_body)(intrinsics.decode)

    @patch(module.Preprocessor.visitString_intrinsic_function)
    def visit(_original: Any, _visitor: Any, ctx: Any) -> Any:
        call = str(text_of(ctx.STRINGINTRINSICFUNC()))
        function, _ = parser.parse(intrinsics.source_of(call))
        return module.StringIntrinsicFunction(call, function)

    @patch(functions.Preprocessor.visitFunc_arg_float)
    def visit_number(_original: Any, _visitor: Any, ctx: Any) -> Any:
        # LocalStack asks for a whole number here, which is not there.
        untyped: Any = functions
        return untyped.ArgumentLiteral(definition_value=float(ctx.getText()))


def _patch_comparisons() -> None:
    from localstack.services.stepfunctions.asl.component.state.state_choice.comparison.operator.implementations import (  # noqa: E501
        is_operator,
        string_operators,
    )

    times: Any = is_operator.IsTimestamp
    replace(times, "string_to_timestamp", staticmethod(comparisons.time_of))
    replace(string_operators.StringMatches, "_compare", staticmethod(comparisons.matches))


def _patch_texts_of_json() -> None:
    """JSON has no spaces, as on AWS, and a state is entered at a time with a Z.

    TestState returns what it was given, as it was written: most clients write spaces there.
    """
    from localstack.services.stepfunctions.asl.component.state import state
    from localstack.services.stepfunctions.asl.component.test_state.program import (
        test_state_program,
    )
    from localstack.services.stepfunctions.asl.component.test_state.state import base_mock, task
    from localstack.services.stepfunctions.asl.component.test_state.state import execution as tested
    from localstack.services.stepfunctions.asl.parse.test_state import preprocessor
    from localstack.services.stepfunctions.asl.utils import encoding
    from localstack.services.stepfunctions.backend.test_state import execution

    replace(encoding, "json", SimpleNamespace(dumps=compact))
    replace(state, "StateData", entered)
    for module in (base_mock, execution, preprocessor, task, test_state_program, tested):
        replace(module, "to_json_str", spaced)


def compact(value: Any, separators: tuple[str, str] | None = None, **options: Any) -> str:
    """The JSON of a value, without spaces."""
    return json.dumps(value, separators=separators or (",", ":"), **options)


def spaced(value: Any) -> str:
    """The JSON of a value, with spaces."""
    return json.dumps(value, default=str)


def entered(EnteredTime: str, Name: str) -> dict[str, str]:  # noqa: N803 # names of the context
    """What the context object says of a state: when it was entered, in milliseconds.

    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
    """
    moment = datetime.fromisoformat(EnteredTime).isoformat(timespec="milliseconds")
    return {"EnteredTime": f"{moment.removesuffix('+00:00')}Z", "Name": Name}


def patch_spelling(tasks: Any) -> None:
    """Caches the names and the operations that `tasks`, LocalStack's module, converts."""
    replace(tasks, "camel_to_snake_case", lru_cache(SPELLINGS)(tasks.camel_to_snake_case))
    task = tasks.StateTaskService
    models = cache(task._get_boto_operation_model)
    replace(task, "_get_boto_operation_model", staticmethod(models))


def patch_state_clock() -> None:
    """Adds a clock to each state: LocalStack waits for an event that its thread sets."""
    from localstack.services.stepfunctions.asl.component.program import program
    from localstack.services.stepfunctions.asl.component.state.state_execution import (
        execute_state as states,
    )

    replace(states, "threading", SimpleNamespace(Event=state_clock.Ended))
    replace(states, "Thread", state_clock.StateThread)
    replace(program, "threading", SimpleNamespace(Thread=PooledThread))

    @patch(states.ExecutionState._evaluate_with_timeout)
    def evaluate_with_timeout(original: Any, state: Any, environment: Any) -> None:
        with state_clock.running():
            original(state, environment)


def _patch_aliases() -> None:
    from localstack.services.stepfunctions.backend.alias import Alias

    add(Alias, "__deepcopy__", aliases.copy_of_alias)


def _patch_copies() -> None:
    """Copies JSON as JSON, and a state machine once for all executions until it changes."""
    from localstack.services.stepfunctions import provider
    from localstack.services.stepfunctions.asl.component.common.path import result_path
    from localstack.services.stepfunctions.asl.component.state.state_execution import execute_state
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service import (  # noqa: E501
        state_task_service,
    )
    from localstack.services.stepfunctions.asl.eval import environment, states
    from localstack.services.stepfunctions.asl.eval.event import event_manager

    copying = (environment, event_manager, execute_state, result_path, state_task_service, states)
    for module in copying:
        replace(module, "copy", SimpleNamespace(deepcopy=workflow_copies.copy_of))
    replace(provider, "copy", SimpleNamespace(deepcopy=workflow_copies.snapshot_of))


def _patch_executions(queue: FairQueue) -> None:
    from localstack.services.stepfunctions.backend import execution
    from localstack.services.stepfunctions.backend.store import SFNStore

    latest = ended_executions.kept()
    # The original dictionary could change during an iteration.
    replace(vars(SFNStore)["executions"], "default", ended_executions.Executions)
    execution_queue.QueuedWorker.queue = queue
    replace(execution, "ExecutionWorker", execution_queue.QueuedWorker)

    @patch(execution.BaseExecutionWorkerCommunication.terminated)
    def terminated(original: Any, ending: Any) -> None:
        task = ending.execution.exec_worker.env.event_manager
        try:
            original(ending)
            ended_executions.reduce(ending.execution, latest)
        finally:
            queue.release(task)


def _patch_stopping() -> None:
    """An execution that was stopped is ABORTED, even if its last state fails after that.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
    """
    from localstack.services.stepfunctions.asl.eval.environment import Environment
    from localstack.services.stepfunctions.asl.eval.program_state import ProgramStopped

    def unless_stopped(original: Any, environment: Any, *arguments: Any, **options: Any) -> None:
        with environment._state_mutex:
            if not isinstance(environment._program_state, ProgramStopped):
                original(environment, *arguments, **options)

    for ending in (Environment.set_error, Environment.set_timed_out):
        patch(ending)(unless_stopped)


def _patch_metrics() -> None:
    from localstack.services.stepfunctions.backend import execution

    @patch(execution.Execution.start)
    def start(original: Any, begun: Any) -> None:
        original(begun)
        metrics.started(begun)

    @patch(execution.BaseExecutionWorkerCommunication._reflect_execution_status)
    def reflect(original: Any, ending: Any) -> None:
        original(ending)
        metrics.ended(ending.execution)


def patch_status_events() -> None:
    """Puts the events about an execution's status as AWS has them, if somebody can receive them."""
    from localstack.services.stepfunctions.backend.execution import Execution

    always = not shortcuts.are_taken()

    @patch(Execution.publish_execution_status_change_event)
    def publish(_original: Any, execution: Any) -> None:
        status_events.note_input(execution, requests.sent_input())
        if always or status_events.have_receivers(execution):
            status_events.put(execution)


def _patch_waiting(queue: FairQueue) -> None:
    """Releases the slot of a waiting execution; its next event marks it active again."""
    from localstack.services.stepfunctions.asl.component.common.retry.retrier_decl import (
        RetrierDecl,
    )
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service_callback import (  # noqa: E501
        StateTaskServiceCallback,
    )
    from localstack.services.stepfunctions.asl.component.state.state_wait.state_wait import (
        StateWait,
    )
    from localstack.services.stepfunctions.asl.eval.event.event_manager import EventManager

    @patch(EventManager.add_event)
    def add_event(original: Any, events: Any, *arguments: Any, **options: Any) -> Any:
        queue.mark_active(events)
        return original(events, *arguments, **options)

    for wait in (
        StateWait._eval_state,
        RetrierDecl._eval_body,
        StateTaskServiceCallback._eval_integration_pattern,
    ):

        @patch(wait)
        def rest(original: Any, part: Any, env: Any, *arguments: Any, **options: Any) -> Any:
            queue.release(env.event_manager)
            return original(part, env, *arguments, **options)


def _patch_credentials() -> None:
    """Lets the execution's role assume the role of a Task. `replace`: the name was imported."""
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_task import (
        state_task,
    )

    patch(state_task.StateTask._eval_state_credentials)(task_credentials.of_task)
    for name in task_credentials.MODULES:
        module = import_module(f"{state_task.__package__}.{name}")
        replace(module, "boto_client_for", task_credentials.client_for)

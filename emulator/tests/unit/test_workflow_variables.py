"""When the variables that a state assigns are set."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from localstack.services.stepfunctions.asl.eval.variable_store import (
    IllegalOuterScopeWrite,
    VariableStore,
)

from localstack_host.services.stepfunctions.variables import assignments


class Binding:
    """One variable of an Assign."""

    def __init__(self, name: str, value: Any) -> None:
        self.value = {name: value}

    def eval(self, env: Any) -> None:
        env.stack.append(self.value)


def _environment(**outer: Any) -> Any:
    untyped: Any = VariableStore
    return SimpleNamespace(stack=[], variable_store=untyped.as_inner_scope_of(untyped(outer)))


def _assign(env: Any, **values: Any) -> None:
    bindings = [Binding(name, value) for name, value in values.items()]
    assignments.evaluate(None, SimpleNamespace(declaration_bindings=bindings), env)


def test_variables_are_set_when_the_output_is_there() -> None:
    env = _environment()
    _assign(env, a=1, b=2)
    assert env.variable_store.to_dict() == {}
    assignments.commit(env)
    assert env.variable_store.to_dict() == {"a": 1, "b": 2}
    assignments.commit(env)


def test_a_try_that_failed_assigns_nothing() -> None:
    env = _environment()
    _assign(env, a=1)
    assignments.forget(env)
    assignments.commit(env)
    assert env.variable_store.to_dict() == {}


def test_the_last_try_counts() -> None:
    env = _environment()
    _assign(env, a=1, b=1)
    _assign(env, a=2)
    assignments.commit(env)
    assert env.variable_store.to_dict() == {"a": 2}


def test_a_variable_of_an_outer_scope_is_refused_before_the_output() -> None:
    with pytest.raises(IllegalOuterScopeWrite):
        _assign(_environment(a=1), a=2)

"""What a state assigns is there from the next state on.

Its other fields, such as Output and ResultSelector, see the values that variables had when the
state was entered: AWS evaluates them and Assign side by side.
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

from typing import Any

PENDING = "_assigned"  # of an environment


def evaluate(_original: Any, declaration: Any, env: Any) -> None:
    """Evaluates an Assign. Replaces LocalStack's, which sets the variables at once.

    Raises LocalStack's IllegalOuterScopeWrite for a variable of an outer scope.
    """
    from localstack.services.stepfunctions.asl.eval.variable_store import IllegalOuterScopeWrite

    values: dict[str, Any] = {}
    for binding in declaration.declaration_bindings:
        binding.eval(env=env)
        values |= env.stack.pop()
    for name in values.keys() & env.variable_store._outer_scope.keys():
        error: Any = IllegalOuterScopeWrite
        raise error(variable_identifier=name, variable_value=values[name])
    setattr(env, PENDING, values)


def forget(env: Any) -> None:
    """Drops what a try has assigned that failed after that."""
    vars(env).pop(PENDING, None)


def commit(env: Any) -> None:
    """Sets what a state has assigned, when its output is there."""
    for name, value in vars(env).pop(PENDING, {}).items():
        env.variable_store.set(variable_identifier=name, variable_value=value)

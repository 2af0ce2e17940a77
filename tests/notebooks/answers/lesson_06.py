"""Lesson 06: the workflow."""

from __future__ import annotations

from tests.notebooks.answers.table import Answers, Table, Wrong

NEVER = "never = {{name: {errors} for name, state in states.items() if {errors}}}"
ERRORS = "{{e for r in state.get('Retry', []) if {only} for e in r['ErrorEquals']}}"


def never(only: str, then: str = "") -> str:
    """An exercise cell that takes the errors of these retriers."""
    return NEVER.format(errors=ERRORS.format(only=only)) + then


def worst(waiting: str, tries: str = "(retries + 1)") -> str:
    """An exercise cell that adds the pauses so."""
    return (
        "def worst(state):\n"
        '    retrier = state["Retry"][-1]\n'
        '    retries, most = retrier["MaxAttempts"], retrier["MaxDelaySeconds"]\n'
        '    first, rate = retrier["IntervalSeconds"], retrier["BackoffRate"]\n'
        f'    return {tries} * state["TimeoutSeconds"] + {waiting}'
    )


CAPPED = "sum(min(most, first * rate**n) for n in range(retries))"
TABLE: Table = {
    "06.1": Answers(
        wrong=(
            Wrong(never("True"), "retries everything, or is no state"),
            Wrong("never = {'ReserveStock': {'OutOfStock'}}", "6 states are missing"),
            Wrong(
                never("r['MaxAttempts'] == 0", "\nnever['ReserveStock'] = {'OutOfStock'}"),
                "Look at ReserveStock once more: you have ['OutOfStock']",
            ),
            Wrong(
                never("r['MaxAttempts'] == 0", "\nnever['ReserveStock'] = 'OutOfStock'"),
                "Look at ReserveStock once more",
            ),
            Wrong("never = {}", "7 states are missing"),
            Wrong("never = {'OutOfStock'}", "Your answer is not of the kind"),
            Wrong("never = [s for s in states]", "Your answer is not of the kind"),
            Wrong(
                never("r['MaxAttempts'] == 0", "\nnever['Reserve'] = {'OutOfStock'}"),
                "Reserve retries everything, or is no state",
            ),
        ),
        right=(never("not r['MaxAttempts']", "\nnever = {n: list(e) for n, e in never.items()}"),),
    ),
    "06.2": Answers(
        wrong=(
            Wrong(worst("sum(first * rate**n for n in range(retries))"), "A pause above its"),
            Wrong(worst(CAPPED, "retries"), "Four tries, three pauses?"),
            Wrong(worst("0"), "Four tries, three pauses?"),
            Wrong(worst("retries * first"), "Four tries, three pauses?"),
            Wrong(worst("sum(min(most, first * rate**n) for n in range(1, retries + 1))"), "Four"),
            Wrong(worst(CAPPED).replace("return", "total ="), "returns nothing yet"),
            Wrong(worst("retrier['MaxDelay']"), "KeyError: 'MaxDelay'"),
            Wrong("worst = 27", "Your answer is not of the kind"),
        ),
        right=(
            worst(CAPPED) + "\n\nmine = worst\n\ndef worst(state):\n    return float(mine(state))",
        ),
    ),
    "06.3": Answers(
        wrong=(
            Wrong("catchers = []", 'State "Sorry" is not reachable'),
            Wrong(
                'catchers = [{"ErrorEquals": ["OutOfStock"], "Next": "Sorry"}]',
                "It ended FAILED: the error was not caught",
            ),
            Wrong(
                'catchers = [{"ErrorEquals": ["States.ALL"], "Next": "Sory"}]', "{'Sory'} to go to"
            ),
            Wrong('catchers = [{"ErrorEquals": "States.ALL", "Next": "Sorry"}]', "ErrorEquals"),
            Wrong('catchers = [{"ErrorEquals": ["States.ALL"]}]', "has no state {None}"),
            Wrong('catchers = {"ErrorEquals": ["States.ALL"], "Next": "Sorry"}', "A list of"),
            Wrong('catchers = ["States.ALL"]', "Your answer is not of the kind"),
            Wrong(
                'catchers = [{"ErrorEquals": ["States.TaskFailed"], "Next": "Sorry"}]',
                "Any error? A time-out, say",
            ),
        ),
        right=(
            'catchers = [{"ErrorEquals": ["OutOfStock"], "Next": "Sorry"},\n'
            '    {"ErrorEquals": ["States.ALL"], "Next": "Sorry", "ResultPath": "$.error"}]',
        ),
    ),
}

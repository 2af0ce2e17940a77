"""Lesson 11: seeing it run."""

from __future__ import annotations

from tests.notebooks.answers.table import Answers, Table, Wrong


def story(pairs: str, by: str = "r['timestamp']") -> str:
    """An exercise cell whose function sorts lines so and makes that of each."""
    return (
        "def story(records, order_id):\n"
        "    mine = [r for r in records if r.get('order_id') == order_id]\n"
        f"    return [{pairs} for r in sorted(mine, key=lambda r: {by})]"
    )


def rings(**other: object) -> str:
    """An exercise cell with the right answers, but for these."""
    right = {"declined": False, "retried": False, "stuck": True, "silent": True, "slow one": False}
    return f"rings = {right | other!r}"


PAIR = "(r['service'], r['message'])"

TABLE: Table = {
    "11.1": Answers(
        wrong=(
            Wrong(story(PAIR, "r['service']"), "not in order. By time?"),
            Wrong(story(PAIR, "r['message']"), "not in order. By time?"),
            Wrong(story(PAIR) + "[::-1]", "not in order. By time?"),
            Wrong(story("r['message']"), "is no (service, message)"),
            Wrong(story("(r['message'], r['service'])"), "is no (service, message)"),
            Wrong(story(PAIR) + "[:3]", "3 of"),
            Wrong(
                "def story(records, order_id):\n"
                "    return [(r['service'], r['message']) for r in records"
                " if r['order_id'] == order_id]",
                "KeyError: 'order_id'",
            ),
            Wrong("def story(records, order_id):\n    return []", "It finds nothing"),
            Wrong("def story(records, order_id):\n    pass", "returns None"),
        ),
        right=(story("[r['service'], r['message']]"),),
    ),
    "11.2": Answers(
        wrong=(
            Wrong(rings(declined=True), "do about the card?"),
            Wrong(rings(retried=True), "It mended itself"),
            Wrong(rings(stuck=False), "Nothing else will give the money back"),
            Wrong(rings(silent=False), "customers may not even reach you"),
            Wrong(rings(**{"slow one": True}), "look at the percentile"),
            Wrong("rings = {'declined': False, 'stuck': True}", "Not answered: retried, silent"),
            Wrong("rings = {'declined': False, 'stuck': ...}", "`...`"),
            Wrong(rings(declined="False"), "True or False"),
        ),
        right=(rings(extra=True),),
    ),
    "11.3": Answers(
        wrong=(
            Wrong(
                "from lab.operate import redrive\n\nreport = redrive.RedriveReport()", "Was it run?"
            ),
            Wrong("report = 'done'", "Keep the report"),
            Wrong("report = redrive.run", "Keep the report"),
        ),
        right=("report = redrive.run(lesson.target)\nreport = redrive.run(lesson.target)",),
    ),
}

"""Lesson 09: the API."""

from __future__ import annotations

from tests.notebooks.answers.table import Answers, Table, Wrong


def read(body: str) -> str:
    """An exercise cell with this function."""
    return f"import base64\nimport json\n\n\ndef read(text):\n{body}"


def careful(body: str) -> str:
    """An exercise cell with this function."""
    return (
        f"import json\nfrom checkout_api import problems, requests\n\n\ndef careful(text):\n{body}"
    )


def caught(what: str, then: str) -> str:
    """An exercise cell that catches these errors and does that."""
    return careful(
        "    try:\n"
        '        requests.read_body(text, "QuoteRequest")\n'
        "        return fuzzing.naive(text)\n"
        f"    except {what} as error:\n"
        f"{then}"
    )


TABLED = (
    '        no = problems.from_error(error, "/quotes")\n'
    "        return no.status_code, json.loads(no.body)"
)

TABLE: Table = {
    "09.1": Answers(
        wrong=(
            Wrong(
                read("    return json.loads(base64.urlsafe_b64decode(text.split('.')[1]))"),
                "Error: Incorrect padding",
            ),
            Wrong(
                read("    return json.loads(base64.urlsafe_b64decode(text.split('.')[0] + '=='))"),
                "The customer (`sub`) is None",
            ),
            Wrong(
                read("    return base64.urlsafe_b64decode(text.split('.')[1] + '==').decode()"),
                "and not a dict",
            ),
            Wrong(read("    return {'sub': 'a'}"), "is 'a', not 'ab'"),
        ),
        right=(
            read("    return json.loads(base64.urlsafe_b64decode(text.split('.')[1] + '=='))"),
            "import jwt\n\n\ndef read(text):\n"
            "    return jwt.decode(text, options={'verify_signature': False})",
        ),
    ),
    "09.2": Answers(
        wrong=(
            Wrong('wrong_cart = lesson.cart({"TEA-SENCHA-100": 1})', "The answer is 202"),
            Wrong(
                'wrong_cart = lesson.cart({"TEA-SENCHA-100": 0, "TEA-ASSAM-250": 1})',
                "It points at ['/items/0/quantity']",
            ),
            Wrong(
                'wrong_cart = lesson.cart({"TEA-SENCHA-100": 0, "TEA-ASSAM-250": 0})',
                "It points at ['/items/0/quantity']",
            ),
            Wrong("wrong_cart = {}", "It points at ['/items', '/payment'"),
            Wrong("wrong_cart = [1, 2]", "The answer is 400"),
        ),
        right=('wrong_cart = lesson.cart({"TEA-SENCHA-100": 1, "TEA-ASSAM-250": -3})',),
    ),
    "09.3": Answers(
        wrong=(
            Wrong(careful("    return fuzzing.naive(text)"), "it answers (500"),
            Wrong(
                careful(
                    "    try:\n"
                    "        return fuzzing.naive(text)\n"
                    "    except Exception:\n"
                    "        return 400, {}"
                ),
                "it answers (400, {})",
            ),
            Wrong(caught("Exception", "        return 400, {}"), "it answers (400, {})"),
            Wrong(
                caught("Exception", "        return 422, {'code': 'INVALID_REQUEST'}"),
                "the table has 400 and 'INVALID_BODY'",
            ),
            Wrong(
                caught(
                    "Exception",
                    "        if type(error) not in problems.PROBLEMS:\n"
                    "            return 400, {'code': 'INVALID_BODY'}\n" + TABLED,
                ),
                "as if the client were to blame",
            ),
            Wrong(caught("problems.InvalidBody", TABLED), "it answers (500"),
            Wrong(
                caught("tuple(problems.PROBLEMS)", "        return problems.from_error(error, '')"),
                "it answers (500",
            ),
            Wrong(careful("    return 200, {}"), "A right request is answered with (200, {})"),
            Wrong(careful("    pass"), "not a status and a body"),
        ),
        right=(caught("Exception", TABLED),),
    ),
}

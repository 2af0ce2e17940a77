"""Lesson 08: events."""

from __future__ import annotations

from tests.notebooks.answers.table import Answers, Table, Wrong


def pattern(test: str, kinds: str = '["OrderConfirmed"]') -> str:
    """An exercise cell with a pattern for these kinds of events and amounts."""
    detail = f'{{"total": {{"amount": [{test}]}}}}'
    return f'big_orders = {{"detail-type": {kinds}, "detail": {detail}}}'


def points(body: str) -> str:
    """An exercise cell with this function."""
    return f"def points(events):\n{body}"


def put(**other: str) -> str:
    """An exercise cell that says the event again, but for these fields; each is code."""
    fields = {
        "EventBusName": "lesson.target.prefix",
        "Source": 'heard["source"]',
        "DetailType": 'heard["detail-type"]',
        "Detail": 'json.dumps(heard["detail"])',
    } | other
    entry = ", ".join(f'"{name}": {code}' for name, code in fields.items())
    client = 'events = lesson.client("events")'
    return f"import json\n\n{client}\nanswer = events.put_events(Entries=[{{{entry}}}])"


AT_LEAST = '{"numeric": [">=", 10000]}'

TABLE: Table = {
    "08.1": Answers(
        wrong=(
            Wrong(pattern('{"numeric": [">=", 100]}'), "One of 99.99 dollars passes"),
            Wrong(pattern('{"numeric": [">", 10000]}'), "One of 100 dollars exactly"),
            Wrong(pattern('{"numeric": [">=", 10000, "<", 30000]}'), "is there a limit?"),
            Wrong(pattern(AT_LEAST, '["OrderConfirmed", "OrderRejected"]'), "was rejected?"),
            Wrong(pattern(AT_LEAST, '[{"anything-but": ["OrderRejected"]}]'), "that failed?"),
            Wrong(
                pattern(AT_LEAST, '[{"anything-but": ["OrderRejected", "OrderFailed"]}]'),
                "whose money went back?",
            ),
            Wrong(f'big_orders = {{"detail": {{"amount": [{AT_LEAST}]}}}}', "250 dollars does not"),
            Wrong('big_orders = {"detail-type": "OrderConfirmed"}', "InvalidEventPattern"),
            Wrong('big_orders = {"detail-type": ["OrderConfirmed"], "detail": ...}', "`...`"),
        ),
        right=(pattern('{"numeric": [">", 9999]}'),),
    ),
    "08.2": Answers(
        wrong=(
            Wrong(
                points("    return sum(e['detail']['total']['amount'] // 100 for e in events)"),
                "would be right. Doubles? Rejected orders?",
            ),
            Wrong(
                points(
                    "    good = [e for e in events if e['detail-type'] == 'OrderConfirmed']\n"
                    "    totals = {e['id']: e['detail']['total'] for e in good}\n"
                    "    return sum(total['amount'] // 100 for total in totals.values())"
                ),
                "would be right. Doubles? Rejected orders?",
            ),
            Wrong(
                points(
                    "    good = [e for e in events if e['detail-type'] == 'OrderConfirmed']\n"
                    "    return sum({e['detail']['total']['amount'] // 100 for e in good})"
                ),
                "Two orders of one total count once",
            ),
            Wrong(
                points(
                    "    good = [e for e in events if e['detail-type'] != 'OrderRejected']\n"
                    "    totals = {e['detail']['orderId']: e['detail']['total'] for e in good}\n"
                    "    return sum(total['amount'] // 100 for total in totals.values())"
                ),
                "KeyError: 'orderId'",
            ),
            Wrong(
                points(
                    "    good = [e for e in events if 'total' in e['detail']"
                    " and e['detail-type'] != 'OrderRejected']\n"
                    "    totals = {e['detail']['orderId']: e['detail']['total'] for e in good}\n"
                    "    return sum(total['amount'] // 100 for total in totals.values())"
                ),
                "A parcel that was sent gives points",
            ),
            Wrong(points("    return 0"), "0 points, and"),
            Wrong(points("    pass"), "returns nothing yet"),
        ),
        right=(
            points(
                "    given, seen = 0, set()\n"
                "    for event in events:\n"
                "        detail = event['detail']\n"
                "        if event['detail-type'] == 'OrderConfirmed':\n"
                "            if detail['orderId'] not in seen:\n"
                "                seen.add(detail['orderId'])\n"
                "                given += detail['total']['amount'] // 100\n"
                "    return given"
            ),
        ),
    ),
    "08.3": Answers(
        wrong=(
            Wrong(put(DetailType='"OrderComfirmed"'), "detail-type differ"),
            Wrong(put(Detail='json.dumps({"orderId": lost.order_id})'), "detail differ"),
            Wrong(put(Detail='"not JSON"'), "the bus took nothing"),
            Wrong(
                "events = lesson.client('events')\nanswer = events.put_events",
                "Keep what put_events answers",
            ),
            Wrong("answer = None", "Keep what put_events answers"),
        ),
        right=(put(Time="__import__('datetime').datetime.now()"),),
    ),
}

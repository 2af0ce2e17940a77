"""Mails are read one at a time, however the emulator's answer is cut into pieces."""

from __future__ import annotations

import json

import pytest

from lab.shop.mailbox import _messages

MESSAGES = [
    {"Id": "1", "Subject": "[in] {braces}", "Body": {"text_part": 'a "quoted" ] }'}},
    {"Id": "2", "Subject": "Grüße ☕", "Body": {"text_part": None}},
    {"Id": "3"},
]


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
@pytest.mark.parametrize("messages", [MESSAGES, []])
def test_every_message_is_read_whatever_the_pieces(
    messages: list[dict[str, object]], size: int
) -> None:
    text = json.dumps({"messages": messages}, ensure_ascii=False)
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert list(_messages(pieces)) == messages

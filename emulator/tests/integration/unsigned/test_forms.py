"""Forms that nobody signed, and that cannot be read, are no failure."""

from __future__ import annotations

import pytest

from tests.integration.unsigned.raw import Raw

NAMELESS = "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n"
PART = '--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n1\r\n'
LONG = f"--b\r\nContent-Disposition: form-data; name=f{'; a=1' * 20_000}\r\n\r\n1\r\n"


@pytest.mark.parametrize("parts", [NAMELESS, PART * 1500, LONG, "--b\r\n", ""])
@pytest.mark.parametrize("path", ["/", "/a-bucket", "/000000000000/queue"])
def test_a_form_that_cannot_be_read_is_no_failure(raw: Raw, path: str, parts: str) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = raw.post(path, content=f"{parts}--b--\r\n", headers=headers)
    assert 400 <= answer.status_code < 500

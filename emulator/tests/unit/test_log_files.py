"""Earlier logs are kept."""

from __future__ import annotations

from pathlib import Path

from localstack_host.host import log_files


def test_the_last_five_logs_are_kept_with_their_modes(tmp_path: Path) -> None:
    log = tmp_path / "emulator.log"
    for number in range(7):
        log.write_text(str(number))
        log.chmod(0o600)
        log_files.rotate(log)

    kept = [log_files.numbered(log, number) for number in range(1, log_files.KEPT + 1)]
    assert [file.read_text() for file in kept] == ["6", "5", "4", "3", "2"]
    assert {file.stat().st_mode & 0o777 for file in kept} == {0o600}
    assert sorted(tmp_path.iterdir()) == kept

"""`make plans`: plans every environment for an empty account, and stores the summaries."""

from __future__ import annotations

import tempfile
from pathlib import Path

from lab.deploy.account.settings import environments
from lab.deploy.plans import FOLDER, file_of, plan_of, read, text_of


def main() -> None:
    """Writes tests/terraform/plans/ENV.txt for every environment."""
    FOLDER.mkdir(exist_ok=True)
    for environment in environments():
        with tempfile.TemporaryDirectory() as folder:
            changes = read(plan_of(environment, Path(folder)))
        file_of(environment).write_text(text_of(changes))


main()

"""A program of its own: `python -m localstack_host.state.exchange import FILE FOLDER`, or `export`.

To check the classes in a file it imports LocalStack, which the command line does not.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from localstack_host.host import file_permissions
from localstack_host.state import exported, imported
from localstack_host.state.about import Unusable
from localstack_host.state.allowed import NotAllowed


def main(command: str, source: str, target: str) -> int:
    """Prints the result as JSON: what `about.json` has, or `{"error"}`."""
    file_permissions.set_umask()
    try:
        if command == "import":
            result = imported.import_file(Path(source), Path(target)).as_dict()
        else:
            result = exported.export(Path(source), Path(target)).as_dict()
    except (NotAllowed, Unusable, OSError, TypeError) as error:
        result = {"error": str(error)}
    json.dump(result, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""Snapshots of the lab: the whole emulator under a name, to go back to or to give away.

Everything that belongs to a deployed shop is in the emulator: its resources and data, its secrets,
the mailbox, and Terraform's state, in S3 and DynamoDB. What the lab keeps outside is made anew from
the checkout (Terraform's working files, the functions' package) or belongs to the learner (the
lessons and their progress), and stays as it is.
"""

from lab.operate.snapshots.library import Library, Snapshot
from lab.operate.snapshots.operations import (
    BEFORE_LOAD,
    LoadResult,
    export,
    import_file,
    load,
    save,
)

__all__ = [
    "BEFORE_LOAD",
    "Library",
    "LoadResult",
    "Snapshot",
    "export",
    "import_file",
    "load",
    "save",
]

"""What `make install` does after the packages are there: `python -m lab.deploy.post_install`.

Terraform by hand needs two things that no package brings: the zip with the functions' code, and a
tflocal that finds S3 without asking DNS. By itself tflocal looks for it at
s3.localhost.localstack.cloud, a name on the internet; this one takes the emulator's own address,
and tells Terraform to put a bucket's name into the path.
"""

from __future__ import annotations

import sys
from pathlib import Path

from lab.deploy import package

GIVEN = 'S3_HOSTNAME = os.environ.get("S3_HOSTNAME") or '
HOST = f'{GIVEN}f"s3.{{LOCALHOST_HOSTNAME}}"'
OWN_HOST = f"{GIVEN}urlparse(AWS_ENDPOINT_URL).hostname or LOCALHOST"
STYLE = '        "secret_key": "test",\n        "endpoints": {'
OWN_STYLE = f'        "use_path_style": use_s3_path_style(),\n{STYLE}'


def adapted(script: str) -> str:
    """The source of tflocal with both changes. Raises ValueError where one does not fit."""
    for old, new in ((HOST, OWN_HOST), (STYLE, OWN_STYLE)):
        if new not in script:
            if script.count(old) != 1:
                raise ValueError(f"this version of tflocal has no {old!r}")
            script = script.replace(old, new)
    return script


def main() -> None:
    """Builds the zip, and adapts the tflocal beside this Python."""
    package.build()
    tflocal = Path(sys.executable).parent / "tflocal"
    source = tflocal.read_text(encoding="utf-8")
    if (new := adapted(source)) != source:
        draft = tflocal.with_suffix(".new")
        draft.write_text(new, encoding="utf-8")
        draft.chmod(0o755)
        draft.replace(tflocal)


if __name__ == "__main__":
    main()

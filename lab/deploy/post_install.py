"""The last step of `make install`: `python -m lab.deploy.post_install`.

Manual work needs three things that no package contains: the zip with the functions' code, a tflocal
that finds S3 without DNS, and an `aws` that respects AWS_ENDPOINT_URL. By default, tflocal uses
s3.localhost.localstack.cloud, a name on the internet; the patched one uses the emulator's own
address and path-style requests. Its `init` never prompts, where Terraform would ask whether to copy
the state of an emulator that has ended. It writes no `endpoints` where the provider finds all of
them by AWS_ENDPOINT_URL: the provider takes seconds to validate that block, each time Terraform
configures it (docs/performance.md). Terraform inherits what the lab gives tflocal: the lock of the
workspace, and the descriptor that keeps a shared provider running. So a killed tflocal ends
neither. Version 1 of AWS's CLI sends requests for queues to AWS in spite of AWS_ENDPOINT_URL.
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
WORDS = "    cmd = [TF_CMD] + sys.argv[1:]"
OWN_WORDS = f"""{WORDS}
    if next((word for word in cmd[1:] if not word.startswith("-")), "") == "init":
        chosen = {{"-reconfigure", "-migrate-state"}} & set(cmd)
        cmd += [] if chosen else ["-reconfigure"]"""
WRITER = "def create_provider_config_file("
OWN_WRITER = f"""def is_found_by_aws_endpoint_url(services):
    # tflocal looks for the two at a name on the internet, whatever AWS_ENDPOINT_URL is.
    urls = {{get_service_endpoint(s) for s in services if s not in ("mwaa", "s3control")}}
    others = ("AWS_ENDPOINT_URL_", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
    return urls == {{AWS_ENDPOINT_URL}} and not any(n.startswith(others) for n in os.environ)


{WRITER}"""
ENDPOINTS = '        provider_config = provider_config.replace("<endpoints>", endpoints)'
OWN_ENDPOINTS = f"""        if is_found_by_aws_endpoint_url(services):
            block = "  endpoints {{\\n<endpoints>\\n }}\\n"
            provider_config = provider_config.replace(block, "")
{ENDPOINTS}"""
STARTED = "cmd, stdin=sys.stdin, stdout=sys.stdout, stderr=sys.stdout"
OWN_STARTED = f"{STARTED}, close_fds=False"
RUN = "    return awscli.clidriver.main()"
OWN_RUN = f"""    if any(name.startswith("AWS_ENDPOINT_URL") for name in os.environ):
        from awscli.customizations import overridesslcommonname

        overridesslcommonname.SSL_COMMON_NAMES.clear()
{RUN}"""

CHANGES = {
    "tflocal": (
        (HOST, OWN_HOST),
        (STYLE, OWN_STYLE),
        (WORDS, OWN_WORDS),
        (WRITER, OWN_WRITER),
        (ENDPOINTS, OWN_ENDPOINTS),
        (STARTED, OWN_STARTED),
    ),
    "aws": ((RUN, OWN_RUN),),
}
"""The changes to the script of each program: the old text and the new one."""


def adapted(program: str, script: str) -> str:
    """Returns a program's source with its changes. Raises ValueError if one does not apply."""
    for old, new in CHANGES[program]:
        if new not in script:
            if script.count(old) != 1:
                raise ValueError(f"this version of {program} has no {old!r}")
            script = script.replace(old, new)
    return script


def main() -> None:
    """Builds the zip, and patches the programs beside this Python."""
    package.build()
    for program in CHANGES:
        _adapt(Path(sys.executable).parent / program)


def _adapt(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    if (new := adapted(file.name, source)) != source:
        draft = file.with_suffix(".new")
        draft.write_text(new, encoding="utf-8")
        draft.chmod(0o755)
        draft.replace(file)


if __name__ == "__main__":
    main()

"""What a function reaches of the machine that it runs on: what it would on AWS."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from localstack_host.host import paths
from localstack_host.services.lambda_.zygote import bootstrap
from tests.integration.conftest import Cloud
from tests.integration.waiting import wait_for

pytestmark = pytest.mark.usefixtures("functions_on_this_machine", "confined")

PLACES = """
import os, sys, boto3, traceback
def handle(event, context):
    return {
        "code": __file__,
        "cwd": os.getcwd(),
        "task": os.environ["LAMBDA_TASK_ROOT"],
        "runtime": os.environ["LAMBDA_RUNTIME_DIR"],
        "sdk": boto3.__file__,
        "trace": traceback.extract_stack()[-1].filename,
        "path": sys.path[:2],
    }
"""

CLEAN_UP = """
import os, shutil
def handle(victims, context):
    answers = {}
    for victim in victims:
        try:
            os.unlink(victim)
            answers[victim] = "deleted"
        except OSError as error:
            answers[victim] = error.strerror
    if "deleted" in answers.values():
        return answers  # nothing more of whoever runs this test
    for folder in ("/tmp", "/var/task", "/var/runtime", "/opt", "/etc"):
        shutil.rmtree(folder, ignore_errors=True)
    return answers | {"code": sorted(os.listdir("/var/task"))}
"""

WRITE = """
import os
def handle(paths, context):
    answers = {}
    for path in paths:
        try:
            with open(path, "w") as file:
                file.write("mine")
            answers[path] = "written"
        except OSError as error:
            answers[path] = error.strerror
    return answers
"""

UNDO = """
import ctypes, os, subprocess, sys
READ = "print(open('/proc/self/status').read())"
def capabilities(*program):
    status = open("/proc/self/status").read()
    if program:
        status = subprocess.run(program, capture_output=True, text=True).stdout
    kinds = ("CapInh:", "CapPrm:", "CapEff:", "CapAmb:")
    return [line.split()[1] for line in status.splitlines() if line.startswith(kinds)]
def own_root():
    # A user namespace of the function's own, in which it has every capability.
    tries = ["mount -o remount,bind,rw /var/task", "umount /var/task", "umount /proc"]
    done = []
    for one in tries:
        program = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", one]
        done.append(subprocess.run(program, capture_output=True).returncode == 0)
    return "done" if any(done) else "Operation not permitted"
libc = ctypes.CDLL(None, use_errno=True)
REMOUNT = 32 | 4096
def attempt(call):
    try:
        result = call()
    except OSError as error:
        return error.strerror
    return os.strerror(ctypes.get_errno()) if result not in (0, None) else "done"
def handle(event, context):
    return {
        "remount": attempt(lambda: libc.mount(None, b"/var/task", None, REMOUNT, None)),
        "remount the root": attempt(lambda: libc.mount(None, b"/", None, REMOUNT, None)),
        "unmount": attempt(lambda: libc.umount2(b"/var/task", 2)),
        "mount": attempt(lambda: libc.mount(b"tmpfs", b"/opt", b"tmpfs", 0, None)),
        "chmod": attempt(lambda: os.chmod("/var/task/app.py", 0o777)),
        "device": attempt(lambda: os.mknod("/tmp/disk", 0o60600, os.makedev(254, 0))),
        "as root of its own": own_root(),
        "enter": attempt(lambda: os.setns(os.open("/proc/1/ns/mnt", os.O_RDONLY), 0)),
        "capabilities": capabilities() + capabilities(sys.executable, "-c", READ),
    }
"""

LOOK = """
import os
def attempt(call):
    try:
        return call()
    except OSError as error:
        return error.strerror
def closed():
    files = [os.path.join(place, name) for place, _, names in os.walk("/etc") for name in names]
    closed = [file for file in files if os.path.exists(file) and not os.stat(file).st_mode & 4]
    return [attempt(lambda: open(file).read()) for file in [*closed, "/etc/shadow"]]
links = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
files = [os.readlink(link) for link in links if os.path.lexists(link)]
def handle(paths, context):
    return {
        "there": [path for path in paths if os.path.lexists(path)],
        "machine": os.listdir("/.host"),
        "processes": sorted(int(name) for name in os.listdir("/proc") if name.isdigit()),
        "environments": [
            attempt(lambda: open(f"/proc/{name}/environ").read())
            for name in os.listdir("/proc") if name.isdigit()
        ],
        "files": files,
        "closed": closed(),
        "pid": os.getpid(),
    }
"""

KILL = """
import os
def attempt(pid):
    try:
        return os.kill(pid, 9)
    except OSError as error:
        return error.strerror
def handle(victim, context):
    found = attempt(victim)
    return [found, found and attempt(-1)]  # of nobody else's, if it can
"""

NOT_FOR_WRITING = ("Read-only file system", "No such file or directory")
LAYER = {"python/prices.py": "LIST = 1\n", "bin/tool": "#!/bin/sh\necho tool\n", "data.txt": "7"}


def test_code_layers_and_packages_lie_where_they_lie_on_aws(cloud: Cloud) -> None:
    seen = cloud.invoke(cloud.function(PLACES)).payload
    assert (seen["code"], seen["trace"]) == ("/var/task/app.py", "/var/task/app.py")
    assert (seen["cwd"], seen["task"], seen["path"][0]) == ("/var/task",) * 3
    assert seen["runtime"] == "/var/runtime"
    assert seen["sdk"] == "/var/runtime/boto3/__init__.py"


def test_a_layer_is_there_with_all_its_files_and_a_later_one_covers_an_earlier(
    cloud: Cloud,
) -> None:
    layers = [cloud.layer(LAYER), cloud.layer({"data.txt": "8"})]
    source = (
        "import os, prices\ndef handle(event, context):\n"
        "    return [prices.__file__, open('/opt/data.txt').read(), os.listdir('/opt/bin')]"
    )
    seen = cloud.invoke(cloud.function(source, Layers=layers)).payload
    assert seen == ["/opt/python/prices.py", "8", ["tool"]]


@pytest.fixture
def victims(tmp_path: Path) -> Iterator[list[Path]]:
    """The owner's: in the machine's /tmp, these sources, their environment, the emulator's home."""
    folders = [tmp_path, paths.SOURCES.parent / "tests", Path(sys.prefix), paths.home()]
    files = [folder / f".victim-{uuid.uuid4().hex[:8]}" for folder in folders]
    for file in files:
        file.touch()
    yield files
    for file in files:
        file.unlink(missing_ok=True)


def test_a_function_that_cleans_up_deletes_nothing_of_the_owners(
    cloud: Cloud, victims: list[Path]
) -> None:
    name = cloud.function(CLEAN_UP)
    answer = cloud.invoke(name, [str(victim) for victim in victims]).payload
    assert answer.pop("code") == ["__pycache__", "app.py"]
    assert set(answer.values()) <= set(NOT_FOR_WRITING)
    assert all(victim.exists() for victim in victims)
    assert cloud.invoke(name, []).payload == {"code": ["__pycache__", "app.py"]}
    assert cloud.invoke(cloud.function(PLACES)).error is None


def test_only_tmp_can_be_written_to(cloud: Cloud) -> None:
    folders = ["/", "/var", "/var/task", "/var/runtime", "/opt", "/usr", "/etc", "/dev", "/proc"]
    folders += [str(paths.SOURCES.parent), str(Path(bootstrap.__file__).parent), sys.base_prefix]
    files = [str(Path(folder, "mine")) for folder in folders]
    files += ["/var/task/app.py", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger"]
    answers = cloud.invoke(cloud.function(WRITE), files).payload
    assert set(answers.values()) <= {*NOT_FOR_WRITING, "Permission denied"}
    assert answers["/var/task/app.py"] == "Read-only file system"
    assert cloud.invoke(cloud.function(WRITE), ["/tmp/mine", "/dev/null"]).payload == {
        "/tmp/mine": "written",
        "/dev/null": "written",
    }


def test_no_function_can_undo_what_keeps_it_in(cloud: Cloud) -> None:
    answers = cloud.invoke(cloud.function(UNDO)).payload
    assert answers.pop("capabilities") == ["0" * 16] * 8
    assert answers.pop("chmod") == "Read-only file system"
    assert set(answers.values()) == {"Operation not permitted"}


def test_a_function_sees_nothing_of_the_owner_and_of_other_processes(cloud: Cloud) -> None:
    home = paths.home()
    private = [str(paths.SOURCES.parent), str(home), str(home / "emulator.log"), "/mnt", "/run"]
    own = [path for path in Path.home().iterdir() if path not in Path(sys.base_prefix).parents]
    private += [str(path) for path in own if path != Path(sys.base_prefix)]
    seen = cloud.invoke(cloud.function(LOOK), private).payload
    assert seen["there"] == seen["machine"] == []
    assert seen["processes"] == [1, seen["pid"]]
    assert not any("AWS_ACCESS_KEY_ID=test" in text for text in seen["environments"])
    assert set(seen["closed"]) <= {"", "Permission denied"}


def test_a_function_has_inherited_no_open_file_but_its_output(cloud: Cloud) -> None:
    files = cloud.invoke(cloud.function(LOOK), []).payload["files"]
    assert len(files) == 3
    assert {Path(file).parts[-2] for file in files} == {"output", "dev"}


def test_folders_that_are_edited_in_place_are_seen_as_they_are(
    cloud: Cloud, tmp_path: Path
) -> None:
    read = "def handle(event, context):\n    return open('/var/task/word.txt').read()\n"
    (tmp_path / "app.py").write_text(read)
    (tmp_path / "word.txt").write_text("first")
    name = f"hot-{tmp_path.name[-8:]}".replace("_", "-")
    cloud.client("lambda").create_function(
        FunctionName=name,
        Code={"S3Bucket": "hot-reload", "S3Key": str(tmp_path)},
        Role=cloud.role(),
        Runtime="python3.13",
        Handler="app.handle",
    )
    cloud.functions.append(name)
    wait_for(lambda: cloud.state(name)["State"] == "Active", "it stays Pending")
    assert cloud.invoke(name).payload == "first"
    (tmp_path / "word.txt").write_text("second")
    assert cloud.invoke(name).payload == "second"


def test_a_function_that_ends_every_process_ends_itself(cloud: Cloud) -> None:
    with subprocess.Popen(["sleep", "60"]) as victim:
        answer = cloud.invoke(cloud.function(KILL), victim.pid)
        assert victim.poll() is None
        victim.kill()
    assert answer.payload == ["No such process", "No such process"]
    assert cloud.invoke(cloud.function(PLACES)).error is None

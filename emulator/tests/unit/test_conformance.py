"""The command that runs suites of others: what it finds, what it runs against, its words."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import psutil
import pytest

from conformance import __main__ as command
from conformance import servers, suites
from conformance.outcomes import (
    Expectation,
    Outcome,
    Result,
)
from conformance.programs import (
    ConformanceError,
    background,
    npm_project,
    python_project,
    run,
    suite_variables,
)
from conformance.servers import Plan
from conformance.suites import (
    ENGINE,
    LOCALSTACK,
    STANDALONE,
    SUITES,
    Recorded,
    Suite,
    find,
    selected,
)
from conformance.targets import target
from localstack_host.host import service_selection
from tests.waiting import eventually

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED


def make_suite(folder: Path, name: str) -> Path:
    (suite,) = [each for each in SUITES if each.name == name]
    for file in suite.recognised_by:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


@pytest.mark.parametrize("name", [suite.name for suite in SUITES])
def test_a_suite_is_recognised_by_its_files(tmp_path: Path, name: str) -> None:
    (checkout,) = find(str(make_suite(tmp_path, name)), tmp_path)
    assert checkout.suite.name == name


def test_a_folder_with_many_suites_has_all_of_them_or_those_that_are_named(tmp_path: Path) -> None:
    for name in ("events", "cloudwatch"):
        make_suite(tmp_path, name)
    checkouts = find(str(tmp_path), tmp_path)
    assert {checkout.suite.name for checkout in selected(checkouts, None)} == {
        "events",
        "cloudwatch",
    }
    assert [one.suite.name for one in selected(checkouts, "events")] == ["events"]
    with pytest.raises(ConformanceError, match=r"no suite sqs\. There are: cloudwatch, events"):
        selected(checkouts, "events, sqs")


def test_a_folder_that_has_only_some_of_the_files_is_no_suite(tmp_path: Path) -> None:
    (tmp_path / "vitest.config.ts").touch()
    with pytest.raises(ConformanceError, match="no suite that is known"):
        find(str(tmp_path), tmp_path)


@pytest.mark.parametrize("suite", SUITES, ids=[suite.name for suite in SUITES])
def test_the_emulator_has_the_services_that_a_suite_asks_for(suite: Suite) -> None:
    assert set(suite.services) <= service_selection.known() - service_selection.DEFAULT


def test_recorded_tests_are_of_services_or_of_several_together() -> None:
    recorded = Recorded("SQS and more", ("sqs",), scenarios=("scenario", "test_validate.py"))
    assert recorded.tests == (
        "tests/aws/services/sqs",
        "tests/aws/scenario",
        "tests/aws/test_validate.py",
    )


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_suite_is_fetched_from_an_address_and_as_its_revision_says(tmp_path: Path) -> None:
    repository = make_suite(tmp_path / "suite", "parity")
    git(repository, "init", "--initial-branch=main")
    git(repository, "add", ".")
    git(repository, "commit", "--message=first")
    git(repository, "tag", "v1")
    (repository / "later").touch()
    git(repository, "add", ".")
    git(repository, "commit", "--message=second")
    (latest,) = find(repository.as_uri(), tmp_path / "work")
    assert (latest.suite.name, (latest.folder / "later").exists()) == ("parity", True)
    (earlier,) = find(f"{repository.as_uri()}#v1", tmp_path / "work")
    assert not (earlier.folder / "later").exists()


def run_command(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["conformance", *arguments])
    return command.main()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", "No suite is named"),
        (" , ", "No suite is named"),
        ("{folder}/missing", "There is no folder {folder}/missing"),
        ("{folder}", "{folder} is no suite that is known"),
        ("file://{folder}/missing", "file://{folder}/missing could not be fetched"),
    ],
)
def test_what_is_no_suite_is_named(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    source: str,
    words: str,
) -> None:
    named = source.format(folder=tmp_path)
    code = run_command(monkeypatch, named, "--work-folder", str(tmp_path / "work"))
    assert code == command.NOT_RUN
    assert words.format(folder=tmp_path) in capsys.readouterr().err


def test_all_sources_are_looked_at_before_a_suite_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(command, "_judge", lambda *_: pytest.fail("it ran"))
    both = f"{make_suite(tmp_path / 'suite', 'parity')},{tmp_path / 'missing'}"
    assert run_command(monkeypatch, both) == command.NOT_RUN


@contextmanager
def page(body: bytes) -> Iterator[str]:
    """A server that answers each GET with this."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def plan(folder: Path) -> Plan:
    return Plan(folder, folder / "environments")


@pytest.mark.parametrize(
    ("body", "kind"), [(b'{"services": {}}', LOCALSTACK), (b"healthy: dynamodb", STANDALONE)]
)
def test_an_endpoint_is_localstack_or_stands_alone(tmp_path: Path, body: bytes, kind: str) -> None:
    with page(body) as url, target(f"{url}/", ENGINE, plan(tmp_path)) as where:
        assert (where.endpoint, where.kind) == (url, kind)


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [("localhost:8000", "like http://localhost:8000"), ("http://127.0.0.1:1", "Nothing answers")],
)
def test_an_endpoint_that_cannot_be_used_is_named(
    tmp_path: Path, endpoint: str, words: str
) -> None:
    with pytest.raises(ConformanceError, match=words), target(endpoint, ENGINE, plan(tmp_path)):
        pass


def test_without_an_endpoint_an_engine_runs_as_long_as_the_suite(tmp_path: Path) -> None:
    new = target(None, ENGINE, plan(tmp_path))
    with new as where, target(where.endpoint, ENGINE, plan(tmp_path)) as again:
        assert again.kind == where.kind == STANDALONE
    with pytest.raises(ConformanceError), target(where.endpoint, ENGINE, plan(tmp_path)):
        pass


# What a suite does: it asks the endpoint, writes its report, and ends as that says.
SCRIPT = """
python3 -c 'import urllib.request; urllib.request.urlopen("{endpoint}")' || exit 9
cat report.xml > {report}
! grep -q "<failure" report.xml"""


@pytest.mark.parametrize(
    ("failure", "listed", "code", "words"),
    [
        ("<failure message='1 is 2'/>", [], 1, "REGRESSION t > a\n    1 is 2"),
        ("<failure/>", ["t > a"], 0, "0 passed, 1 failed as expected, 0 failed unexpectedly"),
        ("", ["t > a"], 1, "UNEXPECTED SUCCESS: t > a\n    Remove it in "),
        ("", ["t > b"], 1, "NOT RUN, though expected to fail: t > b\n    Correct it in "),
        ("", [], 0, "1 passed, 0 failed as expected"),
    ],
)
def test_the_code_says_whether_all_ended_as_expected(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    failure: str,
    listed: list[str],
    code: int,
    words: str,
) -> None:
    suite = Suite("fake", "a suite", ("report.xml",), ("sh", "-c", SCRIPT), {})
    monkeypatch.setattr(suites, "SUITES", (suite,))
    expectations = [Expectation(test, "suite", "So it is.") for test in listed]
    monkeypatch.setattr(command, "read_expectations", lambda *_: expectations)
    (tmp_path / "fake").mkdir()
    case = f'<testcase classname="t" name="a">{failure}</testcase>'
    (tmp_path / "fake/report.xml").write_text(f"<testsuites>{case}</testsuites>")
    work = str(tmp_path / "work")
    assert run_command(monkeypatch, str(tmp_path / "fake"), "--work-folder", work) == code
    assert words in capsys.readouterr().out


ONE_FAILED = [Result("a", FAILED), Result("b", PASSED)]


@pytest.mark.parametrize(
    ("reported", "code"),
    [
        ([], 0),  # it wrote no report
        ([Result("a", Outcome.SKIPPED)], 0),  # nothing ran
        ([Result("a", PASSED)], 1),  # it failed beside its tests
        (ONE_FAILED, 2),  # it was interrupted
        (ONE_FAILED, 0),
    ],
)
def test_a_report_that_does_not_explain_how_the_suite_ended_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reported: list[Result], code: int
) -> None:
    report, log = tmp_path / "report.xml", tmp_path / "output.log"
    report.touch()
    log.write_text("what went wrong")
    monkeypatch.setattr(command, "read_report", lambda _: reported)
    with pytest.raises(ConformanceError, match="what went wrong"):
        command._reported(report, code, log)


def test_a_report_that_explains_how_the_suite_ended_is_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    report = tmp_path / "report.xml"
    report.touch()
    monkeypatch.setattr(command, "read_report", lambda _: ONE_FAILED)
    assert command._reported(report, 1, tmp_path / "output.log") == ONE_FAILED


def test_a_server_ends_with_the_block_and_with_all_that_it_started(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    with background(["sh", "-c", "sleep 60 & echo $!; wait"], suite_variables(tmp_path), log):
        eventually(lambda: bool(log.read_text().strip()), "its child")
        assert works(int(log.read_text()))
    eventually(lambda: not works(int(log.read_text())), "end of its child")


@pytest.mark.parametrize(("script", "ready_within"), [("", 60.0), ("; sleep 60", 1.0)])
def test_a_server_that_does_not_answer_is_named_with_its_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, ready_within: float
) -> None:
    monkeypatch.setattr(servers, "_READY_TIMEOUT", ready_within)
    begun, log = time.monotonic(), tmp_path / "server.log"
    command = ["sh", "-c", f"echo the port is taken{script}"]
    with (
        pytest.raises(ConformanceError, match="the port is taken"),
        background(command, suite_variables(tmp_path), log) as server,
    ):
        servers._answering(server, 1, "/", log)
    assert time.monotonic() - begun < 30


def works(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_suite_that_hangs_ends_with_what_it_started(tmp_path: Path) -> None:
    log = tmp_path / "output.log"
    hang = ["sh", "-c", "sleep 60 & echo $!; wait"]
    begun = time.monotonic()
    with pytest.raises(ConformanceError, match="did not end within 1 s"):
        run(hang, tmp_path, suite_variables(tmp_path), log, timeout=1)
    assert time.monotonic() - begun < 30
    eventually(lambda: not works(int(log.read_text())), "end of what it started")


def test_a_suite_does_not_see_the_callers_own_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_PROFILE", "PYTEST_ADDOPTS", "PYTHONPATH", "TEST_TARGET"):
        monkeypatch.setenv(name, "mine")
    variables = suite_variables(tmp_path / "home", SERVICES="dynamodb")
    assert "mine" not in variables.values()
    assert (variables["HOME"], variables["SERVICES"]) == (str(tmp_path / "home"), "dynamodb")


def test_a_suite_for_npm_runs_in_a_copy_and_its_own_folder_stays(tmp_path: Path) -> None:
    source, work = tmp_path / "suite", tmp_path / "work"
    (source / "node_modules/vitest").mkdir(parents=True)
    (source / "package.json").write_text("{}")
    work.mkdir()
    before = sorted(source.rglob("*"))
    for _ in range(2):
        project = npm_project(source, work)
        assert (project / "package.json").is_file()
        assert (project / "node_modules/vitest").is_dir()
        (project / "left").touch()
    assert sorted(source.rglob("*")) == before


def test_a_suite_in_python_runs_in_a_copy_of_what_it_names(tmp_path: Path) -> None:
    source, work = tmp_path / "suite", tmp_path / "work"
    (source / "tests").mkdir(parents=True)
    (source / "other").mkdir()
    for file in ("tests/test_a.py", "other/large", "pyproject.toml"):
        (source / file).touch()
    for _ in range(2):
        project = python_project(source, work, ("tests", "pyproject.toml"))
        files = sorted(str(path.relative_to(project)) for path in project.rglob("*"))
        assert files == ["pyproject.toml", "tests", "tests/test_a.py"]
        (project / "left").touch()

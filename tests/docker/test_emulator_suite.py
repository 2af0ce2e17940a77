"""The emulator's own tests of functions and tables, on the emulator in a container."""

from __future__ import annotations

from lab.core import child_processes, emulator_program

TESTS = ("test_lambda_failures.py", "test_lambda_logs.py", "test_dynamodb.py")


def test_functions_and_tables_work_in_a_container_too(endpoint: str) -> None:
    tests = [f"tests/integration/{name}" for name in TESTS]
    done = child_processes.run(
        [emulator_program.PYTHON, "-m", "pytest", "-q", *tests],
        child_processes.bare(AWS_ENDPOINT_URL=endpoint),
        cwd=emulator_program.FOLDER,
        capture_output=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout

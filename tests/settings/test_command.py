"""How a command ends: what its exit status is, and what stands on standard error."""

import subprocess
import sys

import pytest

HEAD = "import logging, sys; from settings import UserError, run_command; "


def run(body: str) -> subprocess.CompletedProcess[str]:
    """Run a command whose `main` is the body."""
    code = f"{HEAD}\ndef main(arguments):\n    {body}\nrun_command(main)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ("return 3", 3, ""),
        ("raise UserError('[bold] is wrong', hint='mend it')", 2, "error: [bold] is wrong\n\nhint: mend it\n"),
        ("raise KeyboardInterrupt", 130, "interrupted\n"),
        ("raise BrokenPipeError", 130, ""),
    ],
)
def test_each_end_has_its_status_and_at_most_one_message(body: str, status: int, said: str) -> None:
    done = run(body)
    assert (done.returncode, done.stdout, done.stderr) == (status, "", said)


def test_a_reader_that_is_gone_ends_a_command_without_a_word() -> None:
    code = f"{HEAD}run_command(lambda arguments: [print('x' * 99) for _ in range(99_999)] and 0)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 130)


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    done = run("raise ZeroDivisionError('ours')")
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_warnings_stand_on_standard_error_with_their_level() -> None:
    done = run("logging.warning('[bold] careful'); logging.info('chatter'); print('figures'); return 0")
    assert done.stdout == "figures\n"
    assert done.stderr.split()[1:] == ["WARNING", "[bold]", "careful"]


@pytest.mark.parametrize(("given", "found"), [(None, "1"), ("0", "0")])
def test_no_library_reports_its_use_unless_the_user_says_so(
    given: str | None, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DO_NOT_TRACK", raising=False)
    if given is not None:
        monkeypatch.setenv("DO_NOT_TRACK", given)
    assert run("import os; print(os.environ['DO_NOT_TRACK']); return 0").stdout == f"{found}\n"

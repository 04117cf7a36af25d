"""A user's mistake, and how a command ends on it."""

import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from rich.markup import escape

from settings.console import console, disable_telemetry, setup_logging

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130


class UserError(Exception):
    """A mistake that the user can mend.

    `message` says where, what, what was got and what is allowed; `hint` says what to do about it.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\n\nhint: {self.hint}"


def run_command(main: Callable[[Sequence[str]], int]) -> NoReturn:
    """Run `main(arguments)` as this process's command and exit with what it returns.

    A `UserError` prints as one message and exits 2, Ctrl-C exits 130, a closed pipe ends the command quietly.
    Anything else is a fault of ours and keeps its traceback.
    """
    disable_telemetry()
    setup_logging()
    # A terminal of another encoding than UTF-8 shows the rest as escapes, as standard error does by itself.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status = main(sys.argv[1:])
        sys.stdout.flush()
    except UserError as error:
        console.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True, highlight=False)
        status = EXIT_BAD_INPUT
    except KeyboardInterrupt:
        console.print("interrupted")
        status = EXIT_INTERRUPTED
    except BrokenPipeError:
        # Python flushes standard output once more at exit; with the reader gone that would print a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = EXIT_INTERRUPTED
    sys.exit(status)

"""What a check found, and how all checks run at once within a time."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from settings import read_yaml

State = Literal["ok", "warn", "no"]
"""warn: it works with a limit, or could not be told."""

QUICKSTART = ("platform", "python", "environment", "index", "models", "disk", "memory")
"""The checks that must not say "no" where `./justw quickstart` shall work."""


@dataclass(frozen=True)
class Finding:
    """The outcome of one check; `case` names its words in words.yml."""

    name: str
    state: State
    case: str
    found: str
    """In one line, without any secret."""

    @property
    def needed(self) -> bool:
        """Whether the offline quickstart rests on it."""
        return self.name in QUICKSTART

    def title(self) -> str:
        """Return the name as people read it."""
        return str(_words()[self.name]["title"])

    def works(self) -> str:
        """Return what works because of it, or what does not without it."""
        return str(self._said()["works"])

    def remedy(self) -> str:
        """Return what to do about the rest; empty where nothing is left."""
        return str(self._said().get("remedy", ""))

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        fields = {key: value for key, value in asdict(self).items() if key != "case"}
        return {**fields, "needed": self.needed, "works": self.works(), "remedy": self.remedy()}

    def _said(self) -> Mapping[str, str]:
        return {**_words()["any"], **_words()[self.name]}[self.case]


@cache
def _words() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_name("words.yml"))


def run_checks(checks: Mapping[str, Callable[[], Finding]], seconds: float) -> list[Finding]:
    """Return the findings in the order of `checks`, which run side by side.

    A check that has not ended after `seconds` is told as late, and one that raises as failed: by the error's type
    alone, since its text may hold what the check was given to send.
    """
    found: dict[str, Finding] = {}
    threads = [threading.Thread(target=_run, args=(name, check, found), daemon=True) for name, check in checks.items()]
    until = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    done = dict(found)
    return [done.get(name) or _untold(name, "late", f"no answer within {seconds:g} s") for name in checks]


def _run(name: str, check: Callable[[], Finding], found: dict[str, Finding]) -> None:
    try:
        found[name] = check()
    except Exception as error:  # whatever a machine may do to a check, the others go on
        found[name] = _untold(name, "failed", type(error).__name__)


def _untold(name: str, case: str, found: str) -> Finding:
    return Finding(name, "no" if name in QUICKSTART else "warn", case, found)

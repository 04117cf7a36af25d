"""The ratings in SQLite: on the disk before they are acknowledged, one row a rater and screen."""

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evals.review.plan import Study
from evals.review.ratings import AXES, VERDICTS, Rating
from settings import UserError

DATABASE = "review.sqlite"
_APPLICATION = 0x6F75746C
"""SQLite's application_id of these files ("outl")."""
_PLAIN = tuple(name for name in Rating.__dataclass_fields__ if name != "verdicts")
_COLUMNS = (*_PLAIN, *AXES)
_ALLOWED = ", ".join(f"'{verdict}'" for verdict in VERDICTS)
_TABLES = f"""
CREATE TABLE IF NOT EXISTS study (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS ratings (
  study TEXT NOT NULL, rater TEXT NOT NULL, position INTEGER NOT NULL, task TEXT NOT NULL, question INTEGER NOT NULL,
  "left" TEXT NOT NULL, "right" TEXT NOT NULL, repeat_of INTEGER, digest TEXT NOT NULL,
  comment TEXT NOT NULL, seconds REAL NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL, sent INTEGER NOT NULL,
  {", ".join(f"{axis} TEXT NOT NULL CHECK ({axis} IN ({_ALLOWED}))" for axis in AXES)},
  PRIMARY KEY (rater, position)
);
"""
# `created` stays that of the first sending. A sending that comes twice, or late, changes nothing.
_NAMES = ", ".join(f'"{name}"' for name in _COLUMNS)
_PUT = f"""
INSERT INTO ratings ({_NAMES})
VALUES ({", ".join("?" for _ in _COLUMNS)})
ON CONFLICT (rater, position) DO UPDATE SET
  {", ".join(f'"{name}" = excluded."{name}"' for name in _COLUMNS if name not in ("rater", "position", "created"))}
WHERE excluded.sent > ratings.sent
"""


class RatingStore:
    """The ratings of one study. Safe for many threads of a process, and for several processes on one file."""

    def __init__(self, path: Path) -> None:
        """Open or create the file; raises `UserError` for one that is something else or cannot be written."""
        self.path = path
        self._lock = threading.Lock()
        with self._reported():
            path.parent.mkdir(parents=True, exist_ok=True)
            # In autocommit each statement is a transaction of its own, on the disk when `execute` returns.
            self._connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            self._refuse_others()
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.executescript(f"PRAGMA application_id = {_APPLICATION};" + _TABLES)

    def claim(self, study: Study) -> None:
        """Tie the file to a study; raises `UserError` when it holds another one's ratings."""
        theirs = self.begin(study.run, study.digest, study.settings())
        if theirs["run"] != study.run:
            raise UserError(
                f"{self.path}: these are ratings of the run {theirs['run']!r}, not of {study.run!r}",
                hint="give this run a file of its own with --db FILE",
            )
        if theirs["digest"] != study.digest:
            raise UserError(
                f"{self.path}: these ratings were begun on {_difference(json.loads(theirs['settings']), study)}",
                hint="go on with the same arguments and answers, or begin a new file with --db FILE",
            )

    def begin(self, run: str, digest: str, settings: Mapping[str, Any]) -> dict[str, str]:
        """Name the study of a new file; return the one that the file is of, as `study` does."""
        mine = ("run", run, "digest", digest, "settings", json.dumps(settings))
        with self._lock, self._reported():
            self._connection.execute("INSERT OR IGNORE INTO study VALUES (?, ?), (?, ?), (?, ?)", mine)
        return self.study()

    def study(self) -> dict[str, str]:
        """Return `run`, `digest` and `settings` (JSON) of the study; empty for a new file."""
        with self._lock, self._reported():
            return dict(self._connection.execute("SELECT key, value FROM study"))

    def put(self, rating: Rating) -> bool:
        """Store a rating and return whether it changed anything; of two of the same screen the later sent one stays."""
        values = asdict(rating)
        row = [values[name] for name in _PLAIN] + [rating.verdicts[axis] for axis in AXES]
        with self._lock, self._reported():
            return self._connection.execute(_PUT, row).rowcount > 0

    def done(self, rater: str) -> list[int]:
        """Return the positions that a rater has rated, in order."""
        query = "SELECT position FROM ratings WHERE rater = ? ORDER BY position"
        with self._lock, self._reported():
            return [position for (position,) in self._connection.execute(query, (rater,))]

    def get(self, rater: str, position: int) -> Rating | None:
        """Return a rater's rating of a screen, or None."""
        return next(iter(self._read("WHERE rater = ? AND position = ?", (rater, position))), None)

    def ratings(self) -> list[Rating]:
        """Return every rating, by rater and position."""
        return self._read("ORDER BY rater, position", ())

    def close(self) -> None:
        self._connection.close()

    def _read(self, clause: str, values: Iterable[Any]) -> list[Rating]:
        with self._lock, self._reported():
            rows = self._connection.execute(f"SELECT {_NAMES} FROM ratings {clause}", tuple(values)).fetchall()
        return [rating_of(dict(zip(_COLUMNS, row, strict=True))) for row in rows]

    def _refuse_others(self) -> None:
        (application,) = self._connection.execute("PRAGMA application_id").fetchone()
        (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and application != _APPLICATION:
            raise UserError(f"{self.path}: this SQLite file holds no ratings", hint="choose another with --db FILE")

    @contextlib.contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise UserError(f"{self.path}: the ratings cannot be kept here: {error}", hint="--db FILE") from error


def rating_of(flat: Mapping[str, Any]) -> Rating:
    """Return the rating of a flat row: the fields, with one key an axis."""
    return Rating(**{name: flat[name] for name in _PLAIN}, verdicts={axis: flat[axis] for axis in AXES})


def flat_of(rating: Rating) -> dict[str, Any]:
    """Return the flat row of a rating."""
    return {name: getattr(rating, name) for name in _PLAIN} | dict(rating.verdicts)


def _difference(settings: Mapping[str, Any], study: Study) -> str:
    if not settings:
        return "another study: they were imported"
    mine = study.settings()
    changed = [f"{name} {settings[name]}, not {value}" for name, value in mine.items() if settings.get(name) != value]
    return "; ".join(changed) or "other answers: those of the run were made anew since"

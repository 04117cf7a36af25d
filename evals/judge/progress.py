"""What a person sees while a judge is asked."""

from collections.abc import Callable

from rich.progress import TextColumn

from settings.progress import bar


class JudgeProgress:
    """A bar with rate, share of readable verdicts, cost and time left; use as a context manager.

    `spent` tells the US dollars of this run.
    """

    def __init__(self, total: int, spent: Callable[[], float]) -> None:
        self._spent = spent
        self._done = self._readable = 0
        self._bar = bar(self._figures, TextColumn("{task.description}"))
        self._task = self._bar.add_task("judging", total=total)

    def __enter__(self) -> "JudgeProgress":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def advance(self, readable: bool) -> None:
        """Count one verdict, or one request without any."""
        self._done += 1
        self._readable += readable
        self._bar.advance(self._task)

    def _figures(self, speed: float | None) -> str:
        share = f"{self._readable / self._done:.0%} readable" if self._done else ""
        rate = f"{speed:.1f} verdicts/s" if speed else ""
        return "  ".join(filter(None, (rate, share, f"${self._spent():.4f}")))

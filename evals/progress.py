"""A line on standard error: questions answered, tokens and tokens a second."""

import time
from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from settings import console


class GenerationProgress:
    """Shows one model's generation; on a terminal as a bar, elsewhere as a line a batch."""

    def __init__(self, name: str, total: int, done: int) -> None:
        self._name, self._total, self._done = name, total, done
        self._tokens = 0
        self._started: float | None = None
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, TextColumn("{task.fields[rate]}"), console=console, transient=True)
        self._task = self._bar.add_task(name, total=total, completed=done, rate="loading")

    def __enter__(self) -> "GenerationProgress":
        if console.is_terminal:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar.live.is_started:
            self._bar.stop()

    def stepped(self, tokens: int) -> None:
        """Count the new tokens of one step of generation, padding of finished sequences included."""
        self._started = self._started or time.perf_counter()
        self._tokens += tokens
        self._bar.update(self._task, rate=self._rate())

    def completed(self, questions: int) -> None:
        """Count a finished batch."""
        self._done += questions
        self._bar.update(self._task, completed=self._done)
        if not console.is_terminal:
            said = [f"{self._done} of {self._total} questions", *filter(None, [self._rate()])]
            console.print(f"{self._name}: {', '.join(said)}", highlight=False, markup=False)

    def _rate(self) -> str:
        """Tokens so far; nothing of a model that is not stepped here: behind an endpoint, or by vLLM."""
        if self._started is None:
            return ""
        seconds = max(time.perf_counter() - self._started, 1e-3)
        return f"{self._tokens:,} tokens, {self._tokens / seconds:.0f} a second"

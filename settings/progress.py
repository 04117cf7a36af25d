"""What the progress bars of the stages share."""

from collections.abc import Callable

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from settings.console import console


class FiguresColumn(ProgressColumn):
    """Figures that are worked out when the bar is drawn, not for each step.

    `figures` is given the steps a second, None before the first.
    """

    def __init__(self, figures: Callable[[float | None], str]) -> None:
        super().__init__()
        self._figures = figures

    def render(self, task: Task) -> Text:
        """Return what stands in the bar."""
        return Text(self._figures(task.speed))


def bar(figures: Callable[[float | None], str], *before: ProgressColumn) -> Progress:
    """Return a bar with the columns `before` it, how much is done, `figures` (as in `FiguresColumn`) and time left."""
    columns = (BarColumn(bar_width=12), MofNCompleteColumn(), FiguresColumn(figures))
    return Progress(*before, *columns, TimeRemainingColumn(compact=True), TextColumn("left"), console=console)

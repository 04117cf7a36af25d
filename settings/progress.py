"""What the progress bars of the stages share."""

from collections.abc import Callable

from rich.progress import ProgressColumn, Task
from rich.text import Text


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

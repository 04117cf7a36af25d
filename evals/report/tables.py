"""The figures as tables: the headline, the further measures by group, each rule alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.measures import Measure
from evals.report.contents import Contents, Scored, set_name, words
from evals.report.text import absent_text, interval_text, partly, percent, value_text
from evals.summary import Row


@dataclass(frozen=True)
class Cell:
    """A figure, and in small print its interval and what it is of."""

    text: str
    interval: str = ""
    part: str = ""
    strong: bool = False

    @property
    def small(self) -> str:
        """The small print."""
        return ", ".join(filter(None, (self.interval, self.part)))


@dataclass(frozen=True)
class Body:
    """Rows of one question set: a name and its cells."""

    name: str
    rows: Sequence[tuple[str, Sequence[Cell]]]


@dataclass(frozen=True)
class Table:
    """A table whose first column names conditions; `columns` are (heading, note)."""

    title: str
    columns: Sequence[tuple[str, str]]
    bodies: Sequence[Body]

    @property
    def rows(self) -> list[tuple[str, Sequence[Cell]]]:
        """All rows."""
        return [row for body in self.bodies for row in body.rows]


def headline(contents: Contents) -> Table:
    """Return the headline table, one row a condition, grouped by question set."""
    columns = {key: measure for key, measure in contents.measures.items() if measure.columns}
    return _table(contents, "", columns, "compliance")


def by_group(contents: Contents) -> list[Table]:
    """Return the measures that are not in the headline, a table a group; one that nothing was checked for is left out.

    A condition stands where any measure of the group was checked on it.
    """
    found = []
    for group, title in words()["groups"].items():
        columns = {key: each for key, each in contents.measures.items() if each.group == group and not each.columns}
        if any(key in row.figures for row in contents.rows for key in columns):
            found.append(_table(contents, title, columns))
    return found


def criteria(contents: Contents) -> Table:
    """Return the share of answers that keep each rule alone."""
    names = list(dict.fromkeys(name for row in contents.rows for name in row.criteria))
    columns = [(words()["rules"].get(name, name), name) for name in names]
    bodies = [
        Body(set_name(key), [(each.row.name, _rules(each.row, names)) for each in scored])
        for key, scored in contents.sets.items()
    ]
    return Table("", columns, bodies)


def unchecked(contents: Contents) -> list[str]:
    """Return the headings of measures that were checked on no answer of the run, where there is any."""
    seen = {key for row in contents.rows for key in row.figures}
    if not seen:
        return []
    return [each.heading for key, each in contents.measures.items() if key not in seen]


def _rules(row: Row, names: Sequence[str]) -> list[Cell]:
    return [Cell(percent(row.criteria.get(name))) for name in names]


def _table(contents: Contents, title: str, columns: Mapping[str, Measure], strong: str = "") -> Table:
    headings = [("n", words()["n"]), *((each.heading, each.note) for each in columns.values())]
    bodies = []
    for key, scored in contents.sets.items():
        shown = [each for each in scored if strong or any(key in each.row.figures for key in columns)]
        if shown:
            bodies.append(Body(set_name(key), [(each.row.name, _cells(each, columns, strong)) for each in shown]))
    return Table(title, headings, bodies)


def _cells(scored: Scored, columns: Mapping[str, Measure], strong: str) -> list[Cell]:
    row = scored.row
    unscored = f"+ {row.unscored} unscored" if row.unscored else ""
    cells = [Cell(str(row.n), part=unscored)]
    for key, measure in columns.items():
        figure = row.figures.get(key)
        if figure is None:
            cells.append(Cell(absent_text(row, key)))
        else:
            value, interval = value_text(measure, figure.value), interval_text(measure, figure)
            cells.append(Cell(value, interval, partly(figure, row), key == strong))
    return cells

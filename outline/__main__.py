"""python -m outline check FILE holds outlines against the contract; agreement FILE measures the fidelity check."""

import argparse
import json
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Column, Table

from outline.agreement import Counts, measure_agreement
from outline.answers import extract_answer
from outline.check import CheckSummary, check_rows, read_rows
from outline.fidelity import FINDINGS
from outline.spec import DEFAULT_SPEC, StructureSpec
from settings import UserError, output, read_jsonl, run_command

EXIT_BELOW_MINIMUM = 1


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns 0, or 1 when compliance is below `--min-compliance`."""
    options = _parser().parse_args(arguments)
    return options.run(options)


def _check(options: argparse.Namespace) -> int:
    if not 0 <= options.min_compliance <= 1:
        raise UserError(f"--min-compliance must lie between 0 and 1, got {options.min_compliance}")
    spec = StructureSpec.load(options.spec)
    rows = read_rows(options.file, options.field)
    read = extract_answer if options.completions else str
    summary = check_rows(rows, spec, options.field, options.source_field, options.context_field, read)
    if options.json:
        print(json.dumps(summary.as_dict(), ensure_ascii=False))
    else:
        _print_tables(summary, options.file)
    return EXIT_BELOW_MINIMUM if summary.as_dict()["compliance"] < options.min_compliance else 0


def _agreement(options: argparse.Namespace) -> int:
    kinds = measure_agreement(read_jsonl(options.file))
    together = sum(kinds.values(), Counts())
    if options.json:
        by_kind = {kind: counts.as_dict() for kind, counts in kinds.items()}
        print(json.dumps({**together.as_dict(), "kinds": by_kind}, ensure_ascii=False))
        return 0
    title = f"{escape(options.file)}: does the check flag what is labelled unfaithful?"
    columns = ("cases", "precision", "recall", "F1", "flagged", "missed", "false alarms")
    # As narrow as it can be: what does not fit on a terminal's 80 columns would lose digits.
    narrow = {"box": SIMPLE_HEAD, "padding": 0}
    table = Table(Column("kind", no_wrap=True), *columns, title=title, title_justify="left", **narrow)
    for kind, counts in [*kinds.items(), ("all", together)]:
        n, *rates, flagged, missed, false_alarms, _ = counts.as_dict().values()
        shares = ["-" if rate is None else f"{rate:.1%}" for rate in rates]
        table.add_row(kind, str(n), *shares, *map(str, (flagged, missed, false_alarms)))
    output.print(table)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m outline", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="check|agreement")
    check = commands.add_parser("check", help="compliance and fidelity of a file of outlines")
    check.add_argument("file", help=".jsonl, .csv, .parquet, .md, or - for standard input")
    check.add_argument("--field", default="outline", help="the field with the outline (default: outline)")
    check.add_argument("--source-field", help="the field with the text it was made from; without it no fidelity")
    check.add_argument(
        "--completions",
        action="store_true",
        help="they are a model's: without their think blocks, and no answer where one never closes",
    )
    check.add_argument("--context-field", help="a field whose numbers may also be used, such as the question")
    check.add_argument("--spec", default=DEFAULT_SPEC, help=f"the structure contract (default: {DEFAULT_SPEC})")
    check.add_argument("--min-compliance", type=float, default=0.0, help="exit 1 when the share (0 to 1) is below this")
    check.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    check.set_defaults(run=_check)
    agreement = commands.add_parser("agreement", help="precision and recall of the fidelity check on labelled cases")
    agreement.add_argument("file", help=".jsonl with source, outline, label (faithful, unfaithful), context, kind")
    agreement.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    agreement.set_defaults(run=_agreement)
    return parser


def _print_tables(summary: CheckSummary, name: str) -> None:
    result = summary.as_dict()
    n = result["n"]
    table = Table("criterion", "rows", "share", title=escape(f"{name}: {n} outline{_plural(n)}"), title_justify="left")
    table.add_row("compliant (strict)", f"{result['compliant']} of {n}", f"{result['compliance']:.1%}", style="bold")
    for label, share in [
        ("compliant (lenient)", result["lenient"]),
        *((f"  {rule}", share) for rule, share in result["criteria"].items()),
        ("limit per level instead of per parent", result["per_level"]),
        ("without the limit on the top level", result["no_root_limit"]),
    ]:
        table.add_row(label, f"{round(share * n)} of {n}", f"{share:.1%}")
    output.print(table)
    for rule, count, row, violation in summary.frequent_violations():
        output.print(f"{rule}: {count}, first in row {row} (0-based): {violation.message()}", markup=False)
    _print_fidelity(result["fidelity"])


def _plural(count: int) -> str:
    return "" if count == 1 else "s"


def _print_fidelity(fidelity: dict) -> None:
    checked, unchecked = fidelity["checked"], fidelity["unchecked"]
    if not checked:
        output.print(f"fidelity: unchecked ({unchecked} row{_plural(unchecked)} without a source)")
        return
    title = f"fidelity: {checked} checked, {unchecked} unchecked (no source)"
    table = Table("finding", "rows", "first rows (0-based)", title=title, title_justify="left")
    table.add_row("faithful", f"{fidelity['faithful']} of {checked}", "", style="bold")
    for name, text in FINDINGS.items():
        rows = fidelity[f"{name.removesuffix('s')}_rows"]
        table.add_row(text, str(len(rows)), ", ".join(map(str, rows[:6])))
    output.print(table)
    output.print(f"content words of the source kept, mean: {fidelity['mean_coverage']:.1%}")
    if rows := fidelity["not_english_rows"]:
        shown = ", ".join(map(str, rows[:6]))
        output.print(
            f"{len(rows)} of {checked} sources do not read as English (first rows, 0-based: {shown}): their figures "
            "were compared, no negation and no number in words; where nothing was found, nothing is called faithful",
            soft_wrap=True,
        )


if __name__ == "__main__":
    run_command(main)

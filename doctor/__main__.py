"""python -m doctor: what this machine can run, and what to do about the rest; 1 where not even the quickstart."""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from doctor.finding import Finding, run_checks
from doctor.gpu import check_gpu
from doctor.installed import check_environment, check_index, check_models, check_python, check_vllm, python_of
from doctor.machine import check_browser, check_compiler, check_disk, check_memory, check_platform, check_processor
from doctor.network import check_hub, check_key
from settings import UserError, apply_overrides, output, read_yaml, run_command, split_overrides

_STYLES = {"ok": "green", "warn": "yellow", "no": "red"}
_LATEST = 30.0
"""Seconds after which the answer comes whatever is missing; PyTorch may take most of them."""


def main(arguments: Sequence[str]) -> int:
    """Print the findings; return 0 where the offline quickstart would work, else 1."""
    overrides, rest = split_overrides(arguments)
    options = _parser().parse_args(rest)
    if options.timeout <= 0:
        raise UserError(f"--timeout must be more than 0 seconds, got {options.timeout:g}")
    teacher = apply_overrides(read_yaml(options.config), overrides).get("teacher")
    findings = run_checks(_checks(Path(), teacher, options.offline, options.timeout), _LATEST)
    missing = [finding.title() for finding in findings if finding.needed and finding.state == "no"]
    if options.json:
        rows = [finding.as_dict() for finding in findings]
        print(json.dumps({"quickstart": not missing, "checks": rows}, ensure_ascii=False))
    else:
        _print(findings, missing)
    return int(bool(missing))


def _checks(root: Path, teacher: Any, offline: bool, seconds: float) -> Mapping[str, Callable[[], Finding]]:
    hub = partial(check_hub, offline, seconds)
    return {
        "platform": check_platform,
        "python": partial(check_python, root),
        "environment": partial(check_environment, root),
        "index": partial(check_index, root, offline, hub),
        "models": partial(check_models, root),
        "disk": partial(check_disk, root),
        "memory": check_memory,
        "processor": check_processor,
        "browser": check_browser,
        "key": partial(check_key, teacher, offline, seconds),
        "hub": hub,
        "gpu": partial(check_gpu, python_of(root)),
        "compiler": check_compiler,
        "vllm": check_vllm,
    }


def _print(findings: Sequence[Finding], missing: Sequence[str]) -> None:
    for heading, needed in (("For the offline quickstart", True), ("For the rest", False)):
        table = Table.grid(padding=(0, 2))
        for finding in (each for each in findings if each.needed == needed):
            said = [f"{escape(finding.found)}", f"[dim]{escape(finding.works())}[/]"]
            if remedy := finding.remedy():
                said.append(f"→ {escape(remedy)}")
            state = f"[{_STYLES[finding.state]}]{finding.state}[/]"
            table.add_row(f"  {state}", f"[bold]{finding.title()}[/]", "\n".join(said))
        output.print(f"[bold]{heading}[/]")
        output.print(table, highlight=False)
    said = f"would not work here yet: {', '.join(missing)}" if missing else "would work here: ./justw quickstart"
    output.print(f"The offline quickstart {said}", highlight=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m doctor", description=__doc__)
    parser.add_argument("--config", default="configs/prep.yml", help="whose teacher is asked (default: %(default)s)")
    parser.add_argument("--offline", action="store_true", help="ask no server")
    parser.add_argument("--timeout", type=float, default=5.0, help="seconds that a server has (default: %(default)g)")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return parser


if __name__ == "__main__":
    run_command(main)

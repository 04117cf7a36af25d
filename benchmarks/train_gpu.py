"""`python -m benchmarks train-gpu`: the production runs on one NVIDIA card, beside a plain Trainer and the planner.

Needs no network and no weights. Each run is a process with a time limit, and what it gave is written at once: the next
call goes on where one ran out of its time.
"""

import argparse
import importlib.metadata
import json
import math
import multiprocessing
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from benchmarks.scenario import RESULTS, write_result
from benchmarks.train_figures import PLAIN, Figures, figures, table, verdicts
from benchmarks.train_runs import GPU, SELF_TEST, Lab, card_name, plan, prepare, train, train_plainly
from settings import UserError, console, output, write_text
from training.plan.cards import CARDS, Card, find_cards, recognise

LIBRARIES = ("torch", "transformers", "axolotl", "liger-kernel", "peft", "deepspeed")


def main(arguments: Sequence[str]) -> int:
    """Measure what is missing, print and write all that is known; 1 where a run failed or a bound is broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks train-gpu", description=__doc__)
    parser.add_argument("--gpu", help=f"the card, where its name is not recognised: {', '.join(CARDS)}")
    parser.add_argument("--seconds", type=float, default=540, help="begin no run that could end later; default 540")
    parser.add_argument("--limit", type=float, default=170, help="seconds for one run; default 170")
    parser.add_argument("--only", help="the runs to measure, with commas; default all")
    parser.add_argument("--plans-only", action="store_true", help="only foretell (needs no GPU, but --gpu)")
    parser.add_argument("--anew", action="store_true", help="forget what earlier calls measured")
    parser.add_argument("--self-test", action="store_true", help="the same with a tiny model on the CPU")
    chosen = parser.parse_args(arguments)
    lab, name = (SELF_TEST, "train-gpu-self-test") if chosen.self_test else (GPU, "train-gpu")
    limit, seconds = (math.inf, math.inf) if chosen.self_test else (chosen.limit, chosen.seconds)
    kit = Kit(lab, name, _card(chosen), limit)
    if chosen.anew or chosen.self_test:
        kit.forget()
    kit.prepare()
    whole = kit.measure(chosen.only.split(",") if chosen.only else None, seconds, chosen.plans_only)
    return kit.report(whole)


def _card(chosen: argparse.Namespace) -> Card | None:
    """The card that is here or was named; raises `UserError` for one that nobody knows, None for the self-test."""
    if chosen.self_test:
        return None
    if chosen.gpu:
        return find_cards(chosen.gpu)[0]
    found = card_name()
    if found is None:
        raise UserError("there is no NVIDIA card here", hint="--self-test tries the kit on a CPU")
    card = recognise(*found)
    if card is None:
        raise UserError(f"the planner does not know the card {found[0]}", hint=f"--gpu with one of {', '.join(CARDS)}")
    return card


class Kit:
    """The runs of a lab, what was measured of them so far, and the file that holds it."""

    def __init__(self, lab: Lab, name: str, card: Card | None, limit: float) -> None:
        self._lab, self._name, self._card, self._limit = lab, name, card, limit
        self._work = RESULTS / "work" / name
        self._file = RESULTS / f"{name}.json"
        self._here = {
            "gpu": card.name if card else None,
            "device": card_name(),
            "steps": lab.steps,
            "runs": [asdict(run) for run in lab.runs],
        }
        # As JSON reads it again.
        self._here = json.loads(json.dumps(self._here))
        self._results = self._read()

    def _read(self) -> dict[str, dict[str, Any]]:
        """The results of earlier calls; plans alone may come from a machine without the card."""
        if not self._file.is_file():
            return {}
        kept = json.loads(self._file.read_text(encoding="utf-8"))
        if any(kept["here"][key] != self._here[key] for key in ("gpu", "steps", "runs")):
            return {}
        if kept["here"]["device"] == self._here["device"]:
            return kept["results"]
        return {name: {"plan": result["plan"]} for name, result in kept["results"].items() if "plan" in result}

    def forget(self) -> None:
        """Throw away what earlier runs measured and made."""
        self._results = {}
        shutil.rmtree(self._work, ignore_errors=True)

    def prepare(self) -> None:
        """Make models and conversations in a process of its own, which leaves nothing on the card."""
        process = multiprocessing.get_context("spawn").Process(target=prepare, args=(self._lab, self._work))
        process.start()
        process.join()
        if process.exitcode:
            raise UserError("models and conversations could not be made; the reason stands above")

    def measure(self, only: list[str] | None, seconds: float, plans_only: bool) -> bool:
        """Plan and measure what is missing; False where there was no time for all of it."""
        end = time.monotonic() + seconds
        for name, key, work in self._missing(plans_only):
            if only and name not in only:
                continue
            if time.monotonic() + self._limit > end:
                return False
            console.print(f"{name}: {key}", highlight=False)
            self.keep(name, {**self.kept(name), key: work()})
        return True

    def _missing(self, plans_only: bool) -> list[tuple[str, str, Callable[[], Any]]]:
        lab, work, limit = self._lab, self._work, self._limit
        card = self._card.name if self._card else None
        steps: list[tuple[str, str, Callable[[], Any]]] = []
        for run in lab.runs:
            steps.append((run.name, "plan", lambda run=run: plan(run, lab, work, card, limit)))
        if not plans_only:
            for run in lab.runs:
                steps.append((run.name, "run", lambda run=run: train(run, lab, work, limit)))
            steps.insert(len(lab.runs) + 1, (PLAIN, "run", lambda: train_plainly(lab, work, limit)))
        return [step for step in steps if not self._is_done(step[0], step[1])]

    def _is_done(self, name: str, key: str) -> bool:
        done = self.kept(name).get(key)
        return done is not None and (key == "plan" or "measured" in done)

    def kept(self, name: str) -> dict[str, Any]:
        """What is known of a run: its `plan`, and its `run` as it was measured."""
        return self._results.get(name, {})

    def keep(self, name: str, result: dict[str, Any]) -> None:
        """Write what is known of a run."""
        self._results[name] = result
        versions = {library: _version(library) for library in LIBRARIES}
        write_result(self._name, {"here": self._here, "versions": versions, "results": self._results})

    def figures(self) -> dict[str, Figures]:
        """The runs that were measured and planned."""
        first = self.kept(self._lab.runs[0].name).get("plan")
        found = {}
        for name in (*(run.name for run in self._lab.runs), PLAIN):
            result = self.kept(name)
            planned = first if name == PLAIN else result.get("plan")
            if planned and "measured" in result.get("run", {}):
                found[name] = figures(result["run"], planned, self._card, plain=name == PLAIN)
        return found

    def report(self, whole: bool) -> int:
        """Print what was found; 1 where a run failed or a bound is broken."""
        found = self.figures()
        held = verdicts(found)
        told = table(found)
        write_text(self._file.with_suffix(".md"), told)
        output.print(told, highlight=False, soft_wrap=True)
        if held:
            shown = Table("bound", "asked", "found", "")
            for row in held:
                shown.add_row(row.what, row.bound, row.found, "holds" if row.holds else "broken")
            output.print(shown)
        failed = {name: result["run"] for name, result in self._results.items() if "said" in result.get("run", {})}
        for name, run in failed.items():
            output.print(f"{name}: {run['ended']}\n  " + "\n  ".join(run["said"]), highlight=False, soft_wrap=True)
        console.print(f"written to {self._file} and {self._file.with_suffix('.md')}", highlight=False)
        if not whole:
            console.print("there was no time for all of it: the same command goes on", highlight=False)
        return int(bool(failed) or not all(row.holds for row in held))


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None

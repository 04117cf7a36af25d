"""A whole run: read, convert, write; and nothing at all where that was done before."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from llm import Endpoint
from llm.redact import Redactor
from llm.storage import held, writing
from prep import asking, manifest
from prep.aside import set_aside
from prep.bill import split_bill
from prep.config import PrepConfig
from prep.engines.folders import FOLDER, recorded
from prep.inputs import Inputs, read_inputs
from prep.outcome import Mode, Outcome, Task
from prep.progress import summary
from prep.provenance import answered_with
from prep.store import Store
from prep.writer import FAILED, write_dataset, write_failed
from settings import UserError, console, output, read_jsonl


def prepare(config: PrepConfig, mode: Mode = "run") -> int:
    """Make the dataset of a config and return the exit status.

    0: done. 1: no row was kept, or fewer than `gate.min_success` asks for, or `max_cost` ended it before its end.
    """
    finished = (config.out / manifest.NAME).exists()
    # Asked for before a source is fetched in vain, but not where everything may be done already.
    key = None if finished or mode == "revalidate" else _key(config)
    rounds = _rounds(config) if mode == "retry-failed" else {}
    if mode == "revalidate":
        _refuse_unrecorded(config)
    given = read_inputs(config)
    asked_with = asking.made_with(config, given.spec)
    done = manifest.finished(config.out, given.hashes, asked_with) if mode == "run" else None
    if done:
        return _already(config, done["rows"])
    if mode != "revalidate":
        key = key or _key(config)
    Redactor([key] if key else []).install()
    with held(config.out):
        outcome = _convert(config, given, Task(key, rounds, mode == "retry-failed", mode == "revalidate"))
        if mode == "revalidate":
            told = answered_with(outcome.journals, given.rows)
            outcome = replace(outcome, asked_with=told or outcome.asked_with)
        return _finish(_as_asked(config, outcome), given, outcome)


def _key(config: PrepConfig) -> str | None:
    return config.teacher.api_key() if isinstance(config.teacher, Endpoint) else None


def _refuse_unrecorded(config: PrepConfig) -> None:
    if not isinstance(config.teacher, Endpoint):
        raise UserError(f"the {config.teacher.name} teacher records no answers: start without --revalidate")
    if not any(path.stat().st_size for path in [*config.out.glob("journal.jsonl"), *recorded(config.out / FOLDER)]):
        raise UserError(
            f"{config.out} holds no journal: there are no recorded answers to judge",
            hint="name the folder of the run with --out, or start without --revalidate",
        )


def _as_asked(config: PrepConfig, outcome: Outcome) -> PrepConfig:
    """The config with the models that gave the answers, which after --revalidate need not be the one that is set."""
    model = (outcome.asked_with or {}).get("model")
    if model is None:
        return config
    if isinstance(model, list):
        model = ", ".join(model)
    return config.model_copy(update={"teacher": config.teacher.model_copy(update={"model": model})})


def _rounds(config: PrepConfig) -> Mapping[str, int]:
    """The rounds that each row of the last run's failures gets: one more than it had."""
    file = config.out / FAILED
    if not isinstance(config.teacher, Endpoint):
        raise UserError(
            f"the {config.teacher.name} teacher gives the same answer every time: there is nothing to retry"
        )
    if not file.exists():
        raise UserError(f"{file} does not exist: there is nothing to retry", hint="start without --retry-failed first")
    failed = [row for row in read_jsonl(file) if row["status"] == "failed"]
    if any("row" not in row for row in failed):
        raise UserError(
            f"{file} was written by an earlier release, which does not say which rows failed",
            hint="start once without --retry-failed: recorded answers cost nothing",
        )
    return {row["row"]: len(row["attempts"]) // config.gate.tries + 1 for row in failed}


def _already(config: PrepConfig, rows: dict) -> int:
    kept, failed = rows["kept"], sum(rows["failed"].values())
    output.print(
        f"already done: {kept} of {rows['total']} rows are in {config.out}, made from what is given now", soft_wrap=True
    )
    return _success(config, kept, failed)


def _convert(config: PrepConfig, given: Inputs, task: Task) -> Outcome:
    """Each engine brings its libraries with it."""
    if config.engine == "ray":
        from prep.engines import ray as engine
    elif config.engine == "batch":
        from prep.engines import batch as engine
    else:
        from prep.engines import local as engine
    return engine.convert(config, given, task)


def _finish(config: PrepConfig, given: Inputs, outcome: Outcome) -> int:
    """Write what there is to write, print the summary, and return the exit status."""
    tally = outcome.tally
    parts = split_bill(outcome, given.rows)
    before = _clear(config.out, tally.kept)
    with Store(outcome.conversions) as store:
        files = []
        if tally.kept:
            console.print("writing the datasets")
            files = write_dataset(config, given, store, tally)
        # After the rest, which may yet fail: another round of --retry-failed begins with this file.
        failed = write_failed(config.out, store)
        if tally.kept:
            manifest.write(config, given.hashes, outcome, parts, [failed, *files])
    for file in outcome.conversions:
        file.unlink()
    output.print(summary(config, tally, outcome.spent, outcome.total, parts))
    if tally.retriable:
        output.print(f"{tally.retriable} rows got no answer; the same command asks for them again")
    over = "over budget" in tally.indices["failed"]
    if over:
        output.print("teacher.max_cost ended the run before its end: raise it, and the same command goes on")
    if not tally.kept:
        output.print(f"no row was kept, so there is no dataset; {failed} says why, row by row", soft_wrap=True)
        if before is not None:
            output.print(f"the dataset that an earlier run left here now lies in {before}", soft_wrap=True)
        return 1
    made = " ".join(f"{name}/" for name in ("chat", "processed", "preferences") if (config.out / name).is_dir())
    output.print(f"in {config.out}: {made} {failed.name} {manifest.NAME}", soft_wrap=True)
    return 1 if over else _success(config, tally.kept, tally.failed)


def _clear(out: Path, kept: int) -> Path | None:
    """End what says of the earlier dataset that it is this run's; return where it is now, if none takes its place."""
    if not kept:
        return set_aside(out)
    with writing(out):
        (out / manifest.NAME).unlink(missing_ok=True)
    return None


def _success(config: PrepConfig, kept: int, failed: int) -> int:
    share, wanted = kept / max(1, kept + failed), config.gate.min_success
    if share >= wanted:
        return 0
    # An offline teacher says the same every time.
    remedy = "; --retry-failed asks for them once more" if isinstance(config.teacher, Endpoint) else ""
    output.print(
        f"only {share:.1%} of the rows with a reply were kept, gate.min_success asks for {wanted:.0%}: "
        f"{config.out / FAILED} says why, row by row{remedy}",
        soft_wrap=True,
    )
    return 1

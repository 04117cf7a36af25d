"""`python -m training modal`: what would run on Modal and, with an account, its start."""

import argparse
import os
from collections.abc import Iterator, Sequence

import yaml

from settings import UserError, output, write_text
from training.on_modal.client import CODE, build, has_account, start, upload
from training.on_modal.run import MODELS, MOUNTS, ModalRun, plan_run
from training.plan.prices import read_prices


def run_on_modal(options: argparse.Namespace, keys: Sequence[str]) -> int:
    """Print what would run; with an account and without --dry-run upload the data and start it, detached."""
    run = plan_run(options.config, options.override, keys, options.gpu, options.gpus)
    built = build(run)
    write_text(run.file, yaml.safe_dump(run.config, sort_keys=False, allow_unicode=True, width=120))
    output.print("\n".join(describe(run)), highlight=False, soft_wrap=True)
    if options.dry_run:
        return 0
    for item in run.uploads:
        if not item.local.exists():
            raise UserError(f"{options.config}: there is no file {item.local} to upload", hint="`just prep` makes it")
    if not has_account():
        raise UserError(
            "there is no Modal account on this machine, so nothing was sent and nothing runs",
            hint="`modal token new` opens one; --dry-run only prints",
        )
    upload(run, built)
    start(run, built)
    return 0


def describe(run: ModalRun) -> Iterator[str]:
    """What would run, a line each."""
    prices, cloud = read_prices(), run.cloud
    hourly = prices.hourly[run.card.name] * run.place.gpus
    yield f"Modal app outline-{run.name}: GPU {run.gpu}, {cloud['memory']} GiB of memory"
    yield f"  image axolotlai/axolotl:{cloud['docker_tag']}"
    yield f"  about ${hourly:.2f} an hour (a list price of {prices.date:%Y-%m}, not Modal's)"
    yield f"  ended after {cloud['timeout']} s at the latest"
    for volume in cloud["volumes"]:
        yield f"  volume {volume['name']} on {volume['mount']}"
    for item in run.uploads:
        yield f"  upload {item.local} to {item.mount}/{item.remote}{'' if item.local.exists() else ' (not there yet)'}"
    base = str(run.config["base_model"])
    if base.startswith(MODELS) and not any(item.mount == MODELS for item in run.uploads):
        yield f"  base model {base}: must be on its volume, from an earlier run"
    given = [name for name in cloud["secrets"] if os.environ.get(name)]
    yield f"  secrets from this environment: {', '.join(given) or 'none'} (looked for: {', '.join(cloud['secrets'])})"
    yield f"  code to {MOUNTS}: {', '.join(CODE)}"
    yield f"  config {run.file}"
    yield f"  runs there: {run.command}"

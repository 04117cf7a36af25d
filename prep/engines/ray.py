"""The converter on a Ray cluster: this machine, or the one that RAY_ADDRESS names.

The source is parted into blocks, which Ray Data's actors convert; each block has a journal of its own in the out
folder, which every node must see at the same place, as this repository and its environment. A node that dies costs
nothing but the requests that it had in flight: Ray starts its actor elsewhere, which goes on by the block's journal.
"""

import math
import pickle
import threading
import time
import uuid
from collections.abc import Generator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, cast

from llm import Endpoint, Usage
from prep import asking, fingerprint
from prep.config import PrepConfig, Ray
from prep.engines.folders import refuse_journal
from prep.engines.ray_actor import BlockConverter, Result, Work
from prep.engines.ray_cluster import cluster, faults, quiet_errors, ray
from prep.engines.ray_layout import MESSAGES, Block, Layout
from prep.engines.ray_messages import heard
from prep.engines.ray_shards import allow_files, paid_so_far, recorded_usage
from prep.engines.ray_watch import Watch, looking
from prep.inputs import Inputs
from prep.outcome import Outcome, Task
from prep.progress import Bar, summary
from settings import UserError, output

_GRACE = 60.0
"""Seconds that the other blocks are given to end what they have under way, once one cannot go on."""


def convert(config: PrepConfig, given: Inputs, task: Task) -> Outcome:
    """Convert every block under a progress bar; an interrupt prints what there is and goes on as an interrupt.

    Raises `UserError` where no row could go on, where another engine's answers are in the folder, where `ray.blocks`
    is not what it was, and where the cluster cannot be reached or has no room for one actor.
    """
    assert config.ray is not None, "the schema asks for it with this engine"
    refuse_journal(config)
    allow_files(config.ray.blocks)
    stamp = fingerprint.digest([given.hashes, task.revalidate, sorted(task.rounds.items())])
    with Layout(config.out, config.ray.blocks) as layout:
        if isinstance(config.teacher, Endpoint) and not task.revalidate:
            now = asking.made_with(config, given.spec)
            asking.tell_changes(layout.made_with, now, task.again)
            layout.begin(now)
        blocks = layout.part(given.rows, stamp)
        work = _work(config, given, task, layout, stamp)
        with cluster(config.ray) as places, heard(layout.folder / MESSAGES):
            progress = _Progress(config, len(given.rows), {block.number: block.begun(stamp) for block in blocks})
            results = _results(config.ray, work, blocks, _actors(config, places, len(blocks)))
            progress.follow(results, layout, work.run)
        layout.tidy()
        conversions = [block.conversions(stamp) for block in blocks]
        journals = layout.journals()
    return Outcome(conversions, progress.tally, progress.spent, progress.total, journals, progress.made_with)


def _actors(config: PrepConfig, places: int, blocks: int) -> int:
    """As many as have something to do at once."""
    assert config.ray is not None
    most = [places, blocks, config.ray.actors or places]
    return min([*most, config.teacher.concurrency] if isinstance(config.teacher, Endpoint) else most)


def _work(config: PrepConfig, given: Inputs, task: Task, layout: Layout, stamp: str) -> Work:
    teacher, purse = config.teacher, None
    if isinstance(teacher, Endpoint) and teacher.max_cost is not None and not task.revalidate:
        paid = recorded_usage(layout.journals(), config.save_every)
        purse = layout.fill_purse(teacher.max_cost - paid.cost(teacher.prices)).resolve()
    return Work(
        config=config,
        spec=given.spec,
        folder=layout.folder.resolve(),
        blocks=layout.blocks,
        run=uuid.uuid4().hex,
        stamp=stamp,
        purse=purse,
        revalidate=task.revalidate,
        rounds=task.rounds,
        key=task.key,
    )


def _results(options: Ray, work: Work, blocks: list[Block], actors: int) -> Generator[Result, None, None]:
    """Let Ray Data's actors convert the blocks, and yield what became of each, in the order in which they end."""
    together = min(options.together, math.ceil(len(blocks) / actors))
    numbers = [{"block": block.number} for block in blocks]
    dataset = ray.data.from_items(numbers, override_num_blocks=len(numbers)).map_batches(
        BlockConverter,
        batch_size=None,
        # No block waits at an actor that is at work on others while one elsewhere is free.
        compute=ray.data.ActorPoolStrategy(size=actors, max_tasks_in_flight_per_actor=together),
        fn_constructor_args=[work.share(actors)],
        num_cpus=options.cpus,
        max_concurrency=together,
    )
    # Not `iter_batches`: its threads outlive an interrupt, and take the whole process along once Ray has ended.
    for bundle in dataset.iter_internal_ref_bundles():
        for reference in bundle.block_refs:
            table: Any = ray.get(cast(Any, reference))
            yield from map(pickle.loads, table.column("result").to_pylist())


class _Progress:
    """What has come of the blocks so far, shown as a bar."""

    def __init__(self, config: PrepConfig, rows: int, begun: Mapping[int, Path]) -> None:
        """`begun`: where each block's conversions are until it is done."""
        self.spent, self.total = Usage(), Usage()
        self.made_with: dict[str, Any] | None = None
        self._config = config
        self._bar = Bar(rows, config, lambda: self.spent)
        self.tally = self._bar.tally
        self._begun = begun
        self._watch = Watch(begun.values())
        self._looking = threading.Lock()

    def follow(self, results: Generator[Result, None, None], layout: Layout, run: str) -> None:
        """Take all results; after an error, until the other blocks have ended what was under way, then raise it."""
        stop: UserError | None = None
        deadline = math.inf
        try:
            with self._bar, looking(self._look), faults(), quiet_errors(), closing(results):
                for result in results:
                    self._add(result)
                    if result.error and stop is None:
                        stop, deadline = UserError(*result.error), time.monotonic() + _GRACE
                        layout.stop()
                    if time.monotonic() > deadline:
                        break
        except KeyboardInterrupt:
            # Blocks that have not ended have told of nothing yet.
            output.print(summary(self._config, self.tally, *paid_so_far(layout, run)))
            output.print("stopped before the end: the same command goes on from here, and asks for no answer twice")
            raise
        if stop is not None:
            raise stop

    def _add(self, result: Result) -> None:
        self.spent += result.spent
        self.total += result.total
        self.made_with = result.made_with or self.made_with
        with self._looking:
            self._watch.leave_out(self._begun[result.block])
            if not result.unfinished:
                self.tally.merge(result.tally)
        self._look()

    def _look(self) -> None:
        with self._looking:
            self._bar.show(self._watch.lines())

"""What the bar of engine ray shows while no block has ended."""

from pathlib import Path

from prep.conversion import Conversion
from prep.engines.ray_layout import Block
from prep.engines.ray_watch import Watch
from prep.store import store_writer
from tests.prep.conftest import consultation


def test_the_rows_of_a_block_under_way_are_counted_as_they_are_written(tmp_path: Path) -> None:
    blocks = [Block(tmp_path, number) for number in (0, 1)]
    watch = Watch(block.begun("stamp") for block in blocks)
    assert watch.lines() == 0
    with store_writer(blocks[0].conversions("stamp")) as keep:
        for index in range(100):
            keep(Conversion(consultation("rest " * 200, index), "kept", "rules"))
        assert 90 <= watch.lines() <= 100
        blocks[1].begun("stamp").write_bytes(b"a\nb\nhalf")
        assert 92 <= watch.lines() <= 102
        watch.leave_out(blocks[0].begun("stamp"))
        assert watch.lines() == 2
    blocks[1].begun("stamp").write_bytes(b"a\n")  # another actor begins the block anew
    assert watch.lines() == 1
    blocks[1].begun("stamp").unlink()
    assert watch.lines() == 0

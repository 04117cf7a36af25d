"""Checkpoints to resume from: the newest of a run, and whether it was written to its end."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from settings import UserError

_STATE = "trainer_state.json"
"""Written last by the trainer."""


def to_resume(out: Path) -> Path:
    """The newest checkpoint in `out`; raises `UserError` where there is none or where it is not whole."""
    found = _all(out)
    if not found:
        raise UserError(
            f"{out}: there is no checkpoint to resume from",
            hint="without --resume the run begins anew; saves_per_epoch or save_steps say how often one is written",
        )
    require_whole(found[-1])
    return found[-1]


def require_whole(checkpoint: Path) -> None:
    """Raise `UserError` for a checkpoint with a part missing or cut off: the run was ended while it was written.

    Sizes and structure are looked at, not every byte: a file that was altered in place is not found.
    """
    fault = next(_faults(checkpoint), None)
    if fault is None:
        return
    earlier = [other for other in _all(checkpoint.parent) if _step(other) < _step(checkpoint)]
    then = f"--resume then goes on from {earlier[-1]}" if earlier else "the run then begins anew, without --resume"
    raise UserError(f"{checkpoint}: this checkpoint is broken: {fault}", hint=f"remove that folder; {then}")


def _all(out: Path) -> list[Path]:
    """The checkpoints in a run's folder, oldest first."""
    return sorted((path for path in out.glob("checkpoint-*") if _step(path) >= 0), key=_step)


def _step(checkpoint: Path) -> int:
    number = checkpoint.name.rpartition("-")[2]
    return int(number) if number.isdigit() else -1


def _faults(checkpoint: Path) -> Iterator[str]:
    if not checkpoint.is_dir():
        yield "there is no such folder"
        return
    if not (checkpoint / _STATE).is_file():
        yield f"{_STATE} is missing, which is written last"
    if not any(checkpoint.glob("*.safetensors")):
        yield "it holds no weights (*.safetensors)"
    if not (checkpoint / "optimizer.pt").is_file() and not any(checkpoint.glob("*/*optim_states.pt")):
        yield "it holds no optimizer (optimizer.pt, or DeepSpeed's *optim_states.pt)"
    for path in sorted(checkpoint.rglob("*")):
        if path.is_file() and not _is_whole(path):
            yield f"{path.relative_to(checkpoint)} is cut off or damaged"


def _is_whole(path: Path) -> bool:
    try:
        if path.suffix == ".safetensors":
            return _is_whole_safetensors(path)
        if path.suffix in (".pt", ".pth"):
            return zipfile.is_zipfile(path)
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


def _is_whole_safetensors(path: Path) -> bool:
    """The file begins with the length of its header (8 bytes), which says where each tensor ends."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        size = path.stat().st_size
        if not 0 < length <= size - 8:
            return False
        header = json.loads(file.read(length))
    ends = [tensor["data_offsets"][1] for name, tensor in header.items() if name != "__metadata__"]
    return size == 8 + length + max(ends, default=0)

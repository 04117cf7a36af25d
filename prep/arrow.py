"""The Arrow datasets: every row of the source, and the converted ones alone."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import IO, Any

from llm.storage import writing
from prep.conversion import Conversion
from prep.store import Store

FULL, CLEAN = "hierarchical_dataset", "hierarchical_dataset_clean"
_BATCH = 1000
"""Rows of a record batch."""
_SHARD = 500_000_000
"""Bytes from which a data file is followed by another, as in the files that `datasets` itself writes."""


def write_arrow(folder: Path, store: Store) -> list[Path]:
    """Write both datasets (`datasets.load_from_disk` reads them) and return their folders.

    Columns: Description, Patient, Doctor (the outline; where there is none, the doctor's own reply), Status,
    `_original_doctor`, `_conversion_success`. The same rows give the same bytes.
    """
    folders = [folder / FULL, folder / CLEAN]
    with writing(folder):
        full, clean = _Draft(folders[0]), _Draft(folders[1])
        for conversion in store:
            row = _row(conversion)
            full.add(row)
            if row["_conversion_success"]:
                clean.add(row)
        full.finish()
        clean.finish()
    return folders


class _Draft:
    """A dataset written beside its place and moved there, so that a reader never finds half a folder.

    The data files are written here and not by `Dataset.save_to_disk`, which wants all rows in memory or a second copy
    of them on the disk. What stands beside them is the library's own, so that it knows the folder as its own.
    """

    def __init__(self, target: Path) -> None:
        import datasets

        datasets.disable_progress_bars()
        text, flag = datasets.Value("string"), datasets.Value("bool")
        self._features = datasets.Features(
            dict.fromkeys(("Description", "Patient", "Doctor", "Status", "_original_doctor"), text)
            | {"_conversion_success": flag}
        )
        self._target = target
        self._draft = target.with_name(f".{target.name}.tmp")
        shutil.rmtree(self._draft, ignore_errors=True)
        empty: dict[str, list] = {name: [] for name in self._features}
        datasets.Dataset.from_dict(empty, features=self._features).save_to_disk(self._draft)
        for file in self._draft.glob("*.arrow"):
            file.unlink()
        self._rows: list[dict[str, Any]] = []
        self._hash = hashlib.sha256()
        self._parts: list[Path] = []
        self._open()

    def add(self, row: dict[str, Any]) -> None:
        """Take one more row."""
        self._rows.append(row)
        if len(self._rows) == _BATCH:
            self._flush()

    def finish(self) -> None:
        """Write what is left, and put the folder in its place."""
        self._flush()
        self._close()
        names = [f"data-{number:05}-of-{len(self._parts):05}.arrow" for number in range(len(self._parts))]
        for part, name in zip(self._parts, names, strict=True):
            part.rename(self._draft / name)
        state = json.loads((self._draft / "state.json").read_text(encoding="utf-8"))
        state["_data_files"] = [{"filename": name} for name in names]
        # The library draws one by chance, and keeps what it caches under it: so it must tell contents apart.
        state["_fingerprint"] = self._hash.hexdigest()[:16]
        (self._draft / "state.json").write_text(json.dumps(state, indent=2, sort_keys=True), encoding="utf-8")
        shutil.rmtree(self._target, ignore_errors=True)
        self._draft.rename(self._target)

    def _open(self) -> None:
        import pyarrow

        self._parts.append(self._draft / f"part-{len(self._parts)}")
        self._file: IO[bytes] = self._parts[-1].open("wb")
        self._stream = pyarrow.ipc.new_stream(self._file, self._features.arrow_schema)

    def _close(self) -> None:
        self._stream.close()
        self._file.close()

    def _flush(self) -> None:
        import pyarrow

        if not self._rows:
            return
        if self._file.tell() >= _SHARD:
            self._close()
            self._open()
        self._stream.write_batch(pyarrow.RecordBatch.from_pylist(self._rows, schema=self._features.arrow_schema))
        self._hash.update(json.dumps(self._rows).encode())
        self._rows = []


def _row(conversion: Conversion) -> dict[str, str | bool | None]:
    row, outline = conversion.consultation, conversion.outline
    return {
        "Description": row.description,
        "Patient": row.patient,
        "Doctor": row.doctor if outline is None else outline,
        "Status": row.status,
        "_original_doctor": row.doctor,
        "_conversion_success": outline is not None,
    }

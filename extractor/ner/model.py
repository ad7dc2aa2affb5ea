"""A shipped tagger: its files checked, its network run by onnxruntime on one core, spans with calibrated scores.

A model's folder holds one or more networks (*.onnx, whose probabilities are averaged), tokenizer.json and config.json:
name, version, the sha256 of the other files, the windows' length, the styles that it knows, and the calibration, a
table of (raw score, probability) read off dev texts. The raw score of a span is the least of its words' tag
probabilities and of the probability that the word behind it does not go on with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from extractor.errors import ModelError
from extractor.ner.windows import Pieces, Spans, Window, piece_table, windows

CLS, STYLE, SEP = 101, 1, 102  # the first style; the others follow it in the vocabulary
RUN_TIME_STYLES = ("record", "criteria", "abstract", "loose")
SHIPPED = ("default", "accurate")


class NerSpan(NamedTuple):
    """Code points of the text given to `find`, and the probability that the span is right to the letter."""

    start: int
    end: int
    score: float


class ModelCard(NamedTuple):
    """What a Document says of the model: sha256 is that of config.json, which names the sha256 of every other file."""

    name: str
    version: str
    sha256: str


class ConditionModel:
    """A loaded tagger. Its state is its folder: it pickles as a path, and every process opens its own session."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config, digest = _checked(folder)
        self.card = ModelCard(self.config["name"], self.config["version"], digest)
        self._raw, self._chance = (np.array(column) for column in zip(*self.config["calibration"], strict=True))
        self._lock = threading.Lock()
        self._open: tuple[int, list[Any], Pieces] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"folder": self.folder}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["folder"])  # type: ignore[misc]

    def find(self, text: str, hints: Spans = (), style: str = "record") -> list[NerSpan]:
        """Conditions of `text`, by start, disjoint; `hints` are the spans that the vocabulary found in it, `style` is one
        of RUN_TIME_STYLES: whose idea of a condition to follow."""
        return [span for window, chances in self.chances(text, hints, style) for span in self._spans(window, chances)]

    def chances(self, text: str, hints: Spans = (), style: str = "record") -> list[tuple[Window, np.ndarray]]:
        """The windows of `text` that hold words, each with the probabilities of O, B, I for its words: (words, 3)."""
        known = self.config["styles"]
        token = STYLE + (known.index(style) if style in known else 0)
        networks, pieces = self._session()
        read = [w for w in windows(text, pieces, hints, self.config["longest"]) if _has_letters(text, w)]
        return [(window, _run(networks, window, token)) for window in read]

    def _session(self) -> tuple[list[Any], Pieces]:
        with self._lock:
            if self._open is None or self._open[0] != os.getpid():
                networks = [_open(self.folder / name) for name in self.config["sha256"] if name.endswith(".onnx")]
                self._open = (os.getpid(), networks, piece_table(self.folder / "tokenizer.json"))
            return self._open[1:]

    def _spans(self, window: Window, chances: np.ndarray) -> list[NerSpan]:
        best = chances.argmax(-1)
        out: list[NerSpan] = []
        for first, last in runs(best):
            own = float(chances[range(first, last + 1), best[first : last + 1]].min())
            beyond = 1.0 - float(chances[last + 1, 2]) if last + 1 < len(chances) else 1.0
            score = float(np.interp(min(own, beyond), self._raw, self._chance))
            out.append(NerSpan(window.words[first][0], window.words[last][1], round(score, 3)))
        return out


def runs(best: np.ndarray) -> list[tuple[int, int]]:
    """First and last word of each span of a tag sequence (0 O, 1 B, 2 I); an I without a B opens one."""
    out: list[tuple[int, int]] = []
    for word in best.nonzero()[0].tolist():
        if out and out[-1][1] == word - 1 and best[word] == 2:
            out[-1] = (out[-1][0], word)
        else:
            out.append((word, word))
    return out


def _has_letters(text: str, window: Window) -> bool:
    return any(text[a].isalpha() and b - a > 1 for a, b in window.words)


def _run(networks: list[Any], window: Window, token: int) -> np.ndarray:
    """The tags' probabilities of the window's words, (words, 3). One window at a time: on one core a batch with padding is
    slower, and a window's scores would depend on what is read beside it."""
    sizes = [len(p) for p in window.pieces]
    line = [CLS, token, *(i for word in window.pieces for i in word), SEP]
    ids = np.array([line], dtype=np.int64)
    features = np.zeros_like(ids)
    features[0, 2:-1] = np.repeat(window.features, sizes)
    scores = [n.run(None, {"ids": ids, "features": features})[0][0] for n in networks]
    return np.mean([_softmax(s) for s in scores], axis=0)[np.cumsum([2, *sizes[:-1]])]


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def _open(file: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def _checked(folder: Path) -> tuple[dict[str, Any], str]:
    """The configuration of a model whose files are whole, and its digest."""
    try:
        data = (folder / "config.json").read_bytes()
        config: dict[str, Any] = json.loads(data)
        for name, expected in config["sha256"].items():
            digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
            if digest != expected:
                raise ModelError(f"{folder / name}: sha256 is {digest}, config.json says {expected}")
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise ModelError(f"{folder}: no model that can be read here: {error!r}") from None
    return config, hashlib.sha256(data).hexdigest()


def model_folder(name: str) -> Path:
    """The folder of a shipped model, or `name` itself as a path. Raises ModelError where there is none."""
    package = Path(__file__).parents[1]
    for place in (package / "models" / name, package.parent / "models" / name, Path(name)):
        if (place / "config.json").is_file():
            return place
    raise ModelError(f"no model {name!r}: use {', '.join(SHIPPED)}, none, or the path of a model's folder")


@lru_cache(maxsize=4)
def load_model(name: str) -> ConditionModel:
    """A model by name ("default", "accurate") or path, loaded once a process. Raises ModelError."""
    return ConditionModel(model_folder(name))

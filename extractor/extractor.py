"""The facade: load once; annotate one text, many texts, a stream."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from extractor import __version__
from extractor.assemble import assemble
from extractor.collector import fewer_collections
from extractor.errors import EncodingError, InputError, TextTooLargeError, UsageError
from extractor.pipeline import DEFAULT_MODEL, LABELS, condition_model, scan_text, tag, warm_up
from extractor.schema import Document, ExtractorInfo, ModelInfo
from extractor.vocab import rules_digest

if TYPE_CHECKING:
    from extractor.ner import ModelCard
    from extractor.sections.known import Known

MAX_CHARS = 10_000_000
TextLike = str | tuple[str | None, str]


class Extractor:
    """Reads registry texts. Stateless after loading: safe to share between threads, picklable."""

    def __init__(
        self, labels: Collection[str] = tuple(LABELS), max_chars: int = MAX_CHARS, model: str = DEFAULT_MODEL
    ) -> None:
        self.labels = check_labels(labels)
        self.max_chars = max_chars
        self.model = condition_model(model, self.labels)
        card = model_info(model, self.labels)
        self.info = ExtractorInfo(
            version=__version__, rules=rules_digest(), model=ModelInfo(**card._asdict()) if card else None
        )

    @classmethod
    def load(
        cls, labels: Collection[str] = tuple(LABELS), max_chars: int = MAX_CHARS, model: str = DEFAULT_MODEL
    ) -> Extractor:
        """An extractor with rules and vocabularies compiled, ready for the first text.

        `model` tags conditions: "default" (fast), "accurate", the path of a model's folder, or "none" (vocabulary only).

        Raises VocabularyError when a rule file is broken, ModelError when a model is missing or damaged, UsageError for
        an unknown label.
        """
        extractor = cls(labels, max_chars, model)
        warm_up(extractor.labels, extractor.model)
        return extractor

    def annotate(
        self,
        text: str,
        id: str | None = None,
        offset_unit: str = "codepoint",
        labels: Collection[str] | None = None,
        sections: Sequence[Known] = (),
    ) -> Document:
        """The Document of one text; offsets point into `text` as given, in `offset_unit`.

        `sections`: what the source says of the text's sections (read.Record.sections), instead of guesses.

        Raises TextTooLargeError, EncodingError (lone surrogates), UsageError (unknown label or offset unit).
        """
        wanted = self.labels if labels is None else check_labels(labels)
        if id is not None and not isinstance(id, str):
            raise UsageError(f"id must be a string, not {type(id).__name__}")
        digest = self._check(text)
        with fewer_collections():
            scan = scan_text(text, sections)
            mentions = tag(scan, wanted, self.model)
            return assemble(scan, mentions, id or digest[:16], digest, offset_unit, self.info)

    def annotate_many(self, texts: Iterable[TextLike], n_process: int = 1, **options: Any) -> Iterator[Document]:
        """Documents of `texts` (a text, or an (id, text) pair each), in order, streamed; `n_process` worker processes.

        A bad text raises its InputError when its turn comes; `try_annotate_many` goes on instead.
        """
        for outcome in self.try_annotate_many(texts, n_process, **options):
            if isinstance(outcome, InputError):
                raise outcome
            yield outcome

    def try_annotate_many(
        self, texts: Iterable[TextLike], n_process: int = 1, **options: Any
    ) -> Iterator[Document | InputError]:
        """As annotate_many, but a bad text yields its InputError in its place and loses nobody else."""
        pairs = (item if isinstance(item, tuple) and len(item) == 2 else (None, item) for item in texts)
        if n_process < 1:
            raise UsageError(f"n_process must be 1 or more, not {n_process}")
        if n_process == 1:
            for pair in pairs:
                yield _outcome(self, pair, options)
            return
        from extractor.workers import run_ordered

        yield from run_ordered(self, pairs, n_process, options)

    def _check(self, text: str) -> str:
        """sha256 of the text, or the reason why it cannot be processed."""
        if not isinstance(text, str):
            raise InputError(f"text must be a string, not {type(text).__name__}")
        if len(text) > self.max_chars:
            raise TextTooLargeError(f"text has {len(text):,} characters; the limit is {self.max_chars:,}")
        try:
            return hashlib.sha256(text.encode("utf-8")).hexdigest()
        except UnicodeEncodeError as error:
            raise EncodingError(
                f"text holds a lone surrogate at offset {error.start}: it was decoded wrongly"
            ) from None


def model_info(name: str, labels: Collection[str]) -> ModelCard | None:
    """What the Documents of an extractor say of its model; None where it has none. Raises ModelError."""
    model = condition_model(name, labels)
    return model.card if model else None


def _outcome(extractor: Extractor, pair: tuple[str | None, str], options: dict[str, Any]) -> Document | InputError:
    try:
        return extractor.annotate(pair[1], id=pair[0], **options)
    except InputError as error:
        return error


def check_labels(labels: Collection[str]) -> tuple[str, ...]:
    """`labels` in registry order. Raises UsageError for one that does not exist."""
    unknown = [label for label in labels if label not in LABELS]
    if not labels:
        raise UsageError(f"no label is asked for: use {', '.join(LABELS)}")
    if unknown:
        raise UsageError(f"unknown label {unknown[0]!r}: use {', '.join(LABELS)}")
    return tuple(label for label in LABELS if label in labels)

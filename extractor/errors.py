"""Every error the package raises on purpose. Shells translate them; nothing else catches them."""

from __future__ import annotations


class ExtractorError(Exception):
    """Root of the tree. `code` is stable and machine readable; the message says what and where."""

    code = "ERROR"


class InputError(ExtractorError):
    """A submitted text or file cannot be processed; other inputs are not affected."""

    code = "BAD_INPUT"


class TextTooLargeError(InputError):
    """The text is longer than the limit in force."""

    code = "TOO_LARGE"


class EncodingError(InputError):
    """The bytes are not text in an encoding we read, or the text holds lone surrogates."""

    code = "BAD_ENCODING"


class WorkerLostError(InputError):
    """The worker process died while it read this text."""

    code = "WORKER_LOST"


class UsageError(ExtractorError):
    """The caller asked for something that does not exist (an unknown label, format, offset unit)."""

    code = "BAD_USAGE"


class VocabularyError(ExtractorError):
    """A vocabulary file breaks its own grammar; the message names file and line."""

    code = "BAD_VOCABULARY"


class ModelError(ExtractorError):
    """A trained model is missing, or its files are not those that its configuration names."""

    code = "BAD_MODEL"


class OutputError(ExtractorError):
    """A result could not be written."""

    code = "BAD_OUTPUT"

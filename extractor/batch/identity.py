"""What makes an output: version, code, rules, model and options. A run goes on only with the same, and its manifest says them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import extractor
from extractor.extractor import model_info
from extractor.vocab import rules_digest

if TYPE_CHECKING:
    from extractor.batch.engine import Options


def identity(options: Options) -> dict[str, Any]:
    """As JSON. Raises ModelError when there is no such model."""
    model = model_info(options.model, options.labels)
    return {
        "version": extractor.__version__,
        "code": code_digest(),
        "rules": rules_digest(),
        "model": model._asdict() if model else None,
        "format": options.format,
        "labels": list(options.labels),
        "offset_unit": options.offset_unit,
        "max_chars": options.max_chars,
        "texts": str(options.texts) if options.texts else None,
    }


@cache
def code_digest() -> str:
    """sha256 over the package's Python files: a change of code between two releases is another extractor."""
    root = Path(extractor.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()

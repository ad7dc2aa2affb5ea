"""File names from ids: whatever the id, the file lies in the folder it is meant for."""

from __future__ import annotations

import hashlib
import re

_ODD = re.compile(r"[^\w.()+-]+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
LONGEST = 150  # bytes


def file_name(id: str) -> str:
    """A name without separators, not hidden, not reserved on any system; the id itself where it is such a name.

    Different ids have different names: an id that had to be changed carries a digest of what it was.
    """
    name = _ODD.sub("_", id).encode("utf-8")[:LONGEST].decode("utf-8", "ignore").strip(". ")
    if name and name == id and not _RESERVED.match(name):
        return name
    return f"{name or 'document'}~{hashlib.sha256(id.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"

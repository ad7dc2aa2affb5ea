"""File names from ids, and back: whatever the id, the file lies in the folder it is meant for.

Percent-encoded as in URLs, but letters of all scripts and harmless signs stay: an ordinary id is its own name. Only an id too
long for a file name is cut; a digest of it follows behind "~", which stands in no other name.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import unquote

LONGEST = 150  # bytes
_ODD = re.compile(r"[^\w .()\[\],;=+@'&!#-]")
_ENDS = re.compile(r"^[. ]|[. ]$|^(?=(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)).", re.IGNORECASE)
_TORN = re.compile(r"(?:%[0-9A-F]?)?[. ]*$")


def file_name(id: str) -> str:
    """A name without separators, not hidden, not reserved on any system; different ids have different names."""
    name = _ENDS.sub(_encoded, _ODD.sub(_encoded, id))
    if name and len(name.encode("utf-8")) <= LONGEST:
        return name
    start = _TORN.sub("", name.encode("utf-8")[:LONGEST].decode("utf-8", "ignore"))
    return f"{start}~{hashlib.sha256(id.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def id_of(name: str) -> str:
    """The id that a file name (without its suffix) was made from; of one that was cut, the name."""
    return unquote(name)


def _encoded(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogatepass"))

"""Read: what users hold -> Record(id, text). Files and folders of plain text, in the encodings exports come in."""

from extractor.read.files import FailedInput, read_inputs
from extractor.read.record import Field, Record
from extractor.read.text import decode

__all__ = ["FailedInput", "Field", "Record", "decode", "read_inputs"]

"""Read: what users hold -> Records. Files of any registry's format, folders, globs, archives, standard input."""

from extractor.read.inputs import FailedInput, Meter, read_inputs
from extractor.read.record import Field, KnownSection, Record
from extractor.read.text import decode

__all__ = ["FailedInput", "Field", "KnownSection", "Meter", "Record", "decode", "read_inputs"]

"""What organisers write: read with lines and problems, edited without losing a comment, compared with what runs."""

from mailhub.content.document import Document, load, load_text
from mailhub.content.editing import dump, set_values
from mailhub.content.homes import Kind, files, starter
from mailhub.content.problems import BadContent, Problem, nearest, one_of
from mailhub.content.reader import REQUIRED, Reader
from mailhub.content.shapes import Localised
from mailhub.content.versions import (
    Change,
    OnDisk,
    Running,
    State,
    canonical,
    compare,
    fingerprint,
    text_fingerprint,
)
from mailhub.content.yamlfile import Value

__all__ = [
    "REQUIRED",
    "BadContent",
    "Change",
    "Document",
    "Kind",
    "Localised",
    "OnDisk",
    "Problem",
    "Reader",
    "Running",
    "State",
    "Value",
    "canonical",
    "compare",
    "dump",
    "files",
    "fingerprint",
    "load",
    "load_text",
    "nearest",
    "one_of",
    "set_values",
    "starter",
    "text_fingerprint",
]

"""What is to be said about one file: errors, which keep it from being published, and warnings, which do not."""

from dataclasses import dataclass, field

from mailhub.content import BadContent, Problem

MOST = 50  # of one file; a file that is wrong everywhere is not read better by a thousand lines


@dataclass(slots=True)
class Remarks:
    """Collects what is found, place by place."""

    file: str
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def error(self, line: int, what: str, cure: str) -> None:
        self._note(self.errors, line, what, cure)

    def warn(self, line: int, what: str, cure: str) -> None:
        self._note(self.warnings, line, what, cure)

    def check(self) -> None:
        """Raise BadContent if there is any error."""
        if self.errors:
            raise BadContent(self.errors)

    def _note(self, notes: list[Problem], line: int, what: str, cure: str) -> None:
        problem = Problem(self.file, line, what, cure)
        if len(notes) < MOST and problem not in notes:
            notes.append(problem)

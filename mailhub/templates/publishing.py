"""Makes templates run: reads the files of a content folder, publishes their texts, and finds what runs.

A version is one file: its slug is `<name>.<language>`. An empty text is a template taken back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path, PurePath

from sqlalchemy.orm import Session

from mailhub import content
from mailhub.content import BadContent, Kind, Problem
from mailhub.db import versions
from mailhub.language import LANGUAGES
from mailhub.templates import layouts, lint, written
from mailhub.templates.compiling import Compiled, compiled
from mailhub.templates.definition import Head
from mailhub.templates.remarks import Remarks
from mailhub.templates.slugs import language_of, name_of, place_of

KIND = Kind.TEMPLATE.value
MOST_BYTES = 4 * written.LONGEST


@dataclass(frozen=True, slots=True)
class Written:
    """One file, and what it was compiled to."""

    slug: str
    file: str
    text: str
    template: Compiled

    @property
    def sha256(self) -> str:
        return content.text_fingerprint(self.text)


@dataclass(frozen=True, slots=True)
class Folder:
    """Every template of a content folder, and what is worth saying though nothing is wrong."""

    templates: tuple[Written, ...]
    warnings: tuple[Problem, ...] = ()


def read_folder(folder: Path) -> Folder:
    """Compile every template of a content folder. Raises BadContent with all that is wrong in all files."""
    errors: list[Problem] = []
    warnings: list[Problem] = []
    read: dict[str, Written] = {}
    for path in content.files(folder, Kind.TEMPLATE):
        inside = path.relative_to((folder / Kind.TEMPLATE.folder).resolve())
        if inside.parts[0] == PurePath(layouts.FOLDER).name:
            continue
        remarks = Remarks(f"{Kind.TEMPLATE.folder}/{inside.as_posix()}")
        one = _read(path, inside, folder, remarks)
        if one is not None and one.slug in read:
            remarks.error(1, f"{read[one.slug].file} is there too", "keep one of the two")
        elif one is not None:
            read[one.slug] = one
        errors += remarks.errors
        warnings += remarks.warnings
    found = tuple(read.values())
    errors += _differences(found)
    if errors:
        raise BadContent(errors)
    return Folder(found, (*warnings, *_missing(found)))


def _read(path: Path, inside: PurePath, folder: Path, remarks: Remarks) -> Written | None:
    """One file; None where it has errors."""
    slug = place_of(inside)
    if slug is None:
        cure = f"write it as templates/<name>/<name>.{LANGUAGES[0]}.md; names have small letters, digits and hyphens"
        remarks.error(1, "no template can be told from this name", cure)
        return None
    try:
        if path.stat().st_size > MOST_BYTES:
            remarks.error(1, f"this is longer than {MOST_BYTES:,} octets", "split it, a mail that long is not read")
            return None
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        remarks.error(1, f"this file cannot be read: {error.strerror}", "look at its name and its permissions")
    except UnicodeDecodeError:
        remarks.error(1, "this is not UTF-8", "save the file as UTF-8")
    else:
        return read_text(text, slug, folder, remarks)
    return None


def read_text(text: str, slug: str, folder: Path | None, remarks: Remarks) -> Written | None:
    """The text of one file, compiled with the layouts of this folder; None where it has errors."""
    try:
        template = compiled(text, name_of(slug), language_of(slug), folder, remarks)
    except BadContent as bad:
        remarks.errors += [problem for problem in bad.problems if problem not in remarks.errors]
        return None
    lint.lint(template, text, remarks)
    return None if remarks.errors else Written(slug, remarks.file, text, template)


def checked(session: Session, files: Mapping[str, tuple[str, str]], folder: Path | None) -> tuple[Written, ...]:
    """Templates given as (file, text) by slug, beside their other languages, which run. Raises BadContent."""
    read: list[Written] = []
    errors: list[Problem] = []
    for slug, (file, text) in files.items():
        remarks = Remarks(file)
        one = read_text(text, slug, folder, remarks)
        read += [one] if one is not None else []
        errors += remarks.errors
    errors += _differences([*_siblings(session, read, folder), *read])
    if errors:
        raise BadContent(errors)
    return tuple(read)


def _siblings(session: Session, read: Sequence[Written], folder: Path | None) -> list[Written]:
    """The same templates in other languages, as they run."""
    names, slugs = {one.template.name for one in read}, {one.slug for one in read}
    there = {slug: found for slug, found in running(session).items() if name_of(slug) in names and slug not in slugs}
    found = []
    for slug, runs in there.items():
        file = file_of(slug, runs.body)
        one = read_text(runs.body, slug, folder, Remarks(file))
        found += [one] if one is not None else []
    return found


def heads(session: Session) -> dict[str, dict[str, Head]]:
    """What each template that runs declares, by name and language."""
    found: dict[str, dict[str, Head]] = {}
    for slug, runs in running(session).items():
        try:
            found.setdefault(name_of(slug), {})[language_of(slug)] = _head(file_of(slug, runs.body), runs.body)
        except BadContent:  # written by an older release: nobody can be sent it
            continue
    return found


@lru_cache(maxsize=500)
def _head(file: str, text: str) -> Head:
    return written.read(text, Remarks(file)).head


def _by_name(templates: Sequence[Written]) -> dict[str, list[Written]]:
    found: dict[str, list[Written]] = {}
    for one in sorted(templates, key=lambda one: LANGUAGES.index(one.template.language)):
        found.setdefault(one.template.name, []).append(one)
    return found


def _differences(templates: Sequence[Written]) -> list[Problem]:
    """Variables that are not the same in every language of a template."""
    found = []
    for first, *others in _by_name(templates).values():
        wanted = {var.name: var for var in first.template.head.vars}
        for other in others:
            there = {var.name: var for var in other.template.head.vars}
            for name in wanted.keys() - there.keys():
                what = f'"{name}" is declared in {first.file} and not here'
                found.append(Problem(other.file, 1, what, "declare it in both, or in neither"))
            for name, var in there.items():
                if name not in wanted:
                    what = f'"{name}" is not declared in {first.file}'
                    found.append(Problem(other.file, var.line, what, "declare it in both, or in neither"))
                elif var.shape != wanted[name].shape:
                    what = f'"{name}" is declared otherwise in {first.file}, line {wanted[name].line}'
                    found.append(Problem(other.file, var.line, what, "give it the same type in both"))
    return found


def _missing(templates: Sequence[Written]) -> list[Problem]:
    found = []
    for name, files in _by_name(templates).items():
        there = [one.template.language for one in files]
        for language in LANGUAGES:
            if language not in there:
                what = f'"{name}" is not there in "{language}"'
                found.append(
                    Problem(files[0].file, 1, what, f"who reads that language gets this one; add {name}.{language}.md")
                )
    return found


def apply_folder(session: Session, folder: Path, *, now: datetime) -> list[str]:
    """Publish every template of a content folder that is new or differs from what runs; the slugs of those."""
    return apply_files(session, read_folder(folder).templates, now=now)


def apply_files(
    session: Session, templates: Iterable[Written], *, now: datetime, origin: str = versions.FILE
) -> list[str]:
    """Publish these."""
    running = versions.latest(session, KIND)
    changed = []
    for one in templates:
        if one.slug in running and running[one.slug].sha256 == one.sha256:
            continue
        versions.publish(session, KIND, one.slug, one.sha256, one.text, origin=origin, now=now)
        changed.append(one.slug)
    return changed


def take_back(session: Session, slug: str, *, now: datetime) -> None:
    """A template whose file is gone runs no more; its versions stay."""
    versions.publish(session, KIND, slug, content.text_fingerprint(""), "", origin="file", now=now)


def running(session: Session) -> Mapping[str, versions.Published]:
    """What runs, by slug."""
    return {slug: found for slug, found in versions.latest(session, KIND).items() if found.body}


def find(session: Session, name: str, language: str, site_content: Path | None) -> Compiled | None:
    """The template that runs under this name, in this language or else in the one there is; None where there is none.

    Raises BadContent where its layout has changed so that it fits no more.
    """
    there = running(session)
    slug = next((s for spoken in (language, *LANGUAGES) if (s := f"{name}.{spoken}") in there), None)
    if slug is None:
        return None
    text = there[slug].body
    return compiled(text, name, language_of(slug), site_content, Remarks(file_of(slug, text)))


def file_of(slug: str, text: str) -> str:
    """Where the file of this version belongs."""
    is_mjml = text.rpartition("\n---\n")[2].lstrip().startswith("<mjml")
    name = name_of(slug)
    return f"{Kind.TEMPLATE.folder}/{name}/{name}.{language_of(slug)}.{'mjml' if is_mjml else 'md'}"

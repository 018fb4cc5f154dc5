"""Reads what the operator set: once, whole, frozen.

A key comes from the TOML file or from MAILHUB_SECTION__KEY, which wins. What is misspelt is an error with its place,
its likely meaning and its cure, since a setting that is silently ignored is worse than none. Every problem is reported
at once. Relative paths are relative to the file; without one, to the working directory.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from mailhub.errors import BadInput
from mailhub.settings import Settings, conflicts

__all__ = ["Settings", "key_lines", "load"]

PREFIX = "MAILHUB_"
_NOT_SETTINGS = re.compile(r"MAILHUB_(CONFIG|FAULTS|TEST_.*)")
_PASSWORDS = (("outbound", "password"), ("inbound", "imap_password"), ("outbound", "webhook_secret"))
_SECRET_KEYS = frozenset({*(key for _, key in _PASSWORDS), "url", "broker"})  # never repeated in a message
_SECTIONS = {name: tuple(shape.annotation.model_fields) for name, shape in Settings.model_fields.items()}  # type: ignore[union-attr]
_TOML_PIECE = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*|\n|[\[\]{}=.]|[^\s\[\]{}=.#"\']+',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where each key was set, for messages."""

    path: Path | None
    lines: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    variables: Mapping[tuple[str, ...], str] = field(default_factory=dict)

    def place(self, at: tuple[str, ...]) -> str:
        """The variable, else file and line, of a key, or of the section it would stand in."""
        if at in self.variables:
            return self.variables[at]
        known = next((at[:n] for n in range(len(at), 0, -1) if at[:n] in self.lines), None)
        file = str(self.path) if self.path else "the environment"
        return f"{file}:{self.lines[known]}" if known else file


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings of a site; raises BadInput with one line for each thing that is wrong.

    Without a path: MAILHUB_CONFIG, else ./config.toml where there is one, else the environment alone.
    """
    path = path or _usual_path(environ)
    text = _read(path) if path else ""
    values = _parse(text, path)
    variables, stray = _variables(environ)
    for at, variable in variables.items():
        section = values.setdefault(at[0], {})
        if isinstance(section, dict):
            section[at[1]] = environ[variable]
    source = _Source(path, key_lines(text), variables)
    problems = [*stray, *_password_in_file(values, source)]
    try:
        base = path.parent.absolute() if path else Path.cwd()
        settings = Settings.model_validate(_with_homes(values), context={"base": base})
    except ValidationError as fault:
        found = [_explain(one, source) for one in fault.errors(include_url=False)]
        raise BadInput("\n".join(dict.fromkeys([*problems, *found]))) from None
    settings, unread = _with_passwords(settings)
    problems += [f"{source.place(at)}: {complaint}" for at, complaint in [*unread, *conflicts(settings)]]
    if problems:
        raise BadInput("\n".join(problems))
    return settings


def key_lines(source: str) -> dict[tuple[str, ...], int]:
    """The line of every table and key of a valid TOML text, since `tomllib` does not tell."""
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    parts: list[str] = []
    line, depth, in_value = 1, 0, False
    for found in _TOML_PIECE.finditer(source):
        piece = found[0]
        if piece == "\n":
            if depth == 0:
                parts, in_value = [], False
        elif in_value:
            depth += (piece in ("[", "{")) - (piece in ("]", "}"))
        elif piece == "]" and parts:
            table, parts = tuple(parts), []
            lines.setdefault(table, line)
        elif piece == "=":
            lines.setdefault((*table, *parts), line)
            in_value = True
        elif piece not in ("[", "]", ".") and not piece.startswith("#"):
            parts.append(piece.strip("\"'"))
        line += piece.count("\n")
    return lines


def _usual_path(environ: Mapping[str, str]) -> Path | None:
    if named := environ.get("MAILHUB_CONFIG"):
        return Path(named)
    return here if (here := Path("config.toml")).is_file() else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as fault:
        cure = "write one with `mailhub init`, or name another with --config or MAILHUB_CONFIG"
        raise BadInput(f"{path}: this file cannot be read ({fault.strerror}); {cure}") from fault
    except UnicodeDecodeError as fault:
        raise BadInput(f"{path}: this file is not UTF-8; save it as UTF-8") from fault


def _parse(text: str, path: Path | None) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        said = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", str(fault))
        what = f":{said[2]}: not TOML at column {said[3]}: {said[1]}" if said else f": not TOML: {fault}"
        raise BadInput(f"{path}{what}; texts stand in quotation marks, one key a line") from None


def _variables(environ: Mapping[str, str]) -> tuple[dict[tuple[str, ...], str], list[str]]:
    """The settings among the variables, and what is wrong with those that cannot be one."""
    ours = sorted(name for name in environ if name.startswith(PREFIX) and not _NOT_SETTINGS.fullmatch(name))
    named = {tuple(name.removeprefix(PREFIX).lower().split("__", 1)): name for name in ours}
    stray = [f"{name}: {_no_such_variable(at)}" for at, name in named.items() if len(at) == 1]
    return {at: name for at, name in named.items() if len(at) == 2}, stray


def _password_in_file(values: Mapping[str, Any], source: _Source) -> Iterator[str]:
    for name, key in _PASSWORDS:
        section = values.get(name)
        if isinstance(section, dict) and key in section and (name, key) not in source.variables:
            cure = f"put it into a file of its own and name that as {key}_file"
            yield f"{source.place((name, key))}: a password does not belong in the configuration; {cure}"


def _with_homes(values: dict[str, Any]) -> dict[str, Any]:
    """Every section, and the two keys whose default lies in data_dir."""
    filled = {name: {} for name in _SECTIONS} | values
    site, database = filled["site"], filled["database"]
    if isinstance(site, dict) and isinstance(database, dict):
        home = Path(str(site.get("data_dir", "data")))
        site["secret_file"] = site.get("secret_file") or str(home / "secret")
        database["url"] = database.get("url") or f"sqlite:///{home / 'mailhub.db'}"
    return filled


def _with_passwords(settings: Settings) -> tuple[Settings, list[tuple[tuple[str, str], str]]]:
    """The passwords that stand in files of their own, and the files that cannot be read."""
    unread = []
    for name, key in _PASSWORDS:
        section = getattr(settings, name)
        path = getattr(section, f"{key}_file")
        if path is None or getattr(section, key) is not None:
            continue
        try:
            password = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as fault:
            unread.append(((name, f"{key}_file"), f"{path} cannot be read: {fault}"))
        else:
            filled = section.model_copy(update={key: SecretStr(password)})
            settings = settings.model_copy(update={name: filled})
    return settings, unread


def _explain(error: Mapping[str, Any], source: _Source) -> str:
    """One line for one thing pydantic objects to: where, what, and the cure."""
    at = tuple(str(part) for part in error["loc"][:2])
    match error["type"]:
        case "model_type":
            return f"{source.place(at)}: [{at[0]}] is a section; give its keys below a line [{at[0]}]"
        case "extra_forbidden" if variable := _variable_of(at, source):
            return f"{variable}: {_no_such_variable(at)}"
        case "extra_forbidden" if len(at) == 1:
            return f"{source.place(at)}: {_no_such_section(at[0], error['input'])}"
        case "extra_forbidden":
            return f"{source.place(at)}: {_no_such_key(*at)}"
        case "missing":
            return f'{source.place(at[:1])}: [{at[0]}] needs the key "{at[1]}"; add a line {at[1]} = "…"'
        case "value_error":
            return f"{source.place(at)}: {'.'.join(at)}: {error['ctx']['error']}"
    shown = "" if at[-1] in _SECRET_KEYS else f", not {error['input']!r:.60}"
    return f"{source.place(at)}: {'.'.join(at)}: {error['msg'].replace('Input should', 'should')}{shown}"


def _variable_of(at: tuple[str, ...], source: _Source) -> str | None:
    """The variable an unknown key or an unknown section came from, unless the file has it too."""
    if at in source.lines:
        return None
    return next((name for key, name in source.variables.items() if key[: len(at)] == at), None)


def _no_such_variable(at: tuple[str, ...]) -> str:
    known = [f"{PREFIX}{section}__{key}".upper() for section, keys in _SECTIONS.items() for key in keys]
    asked = (PREFIX + "__".join(at)).upper()
    return f"there is no such setting{_nearest(asked, known)}; settings are called MAILHUB_SECTION__KEY"


def _no_such_section(name: str, value: object) -> str:
    homes = [section for section, keys in _SECTIONS.items() if name in keys]
    if homes and not isinstance(value, dict):
        return f'"{name}" stands outside a section; it belongs under [{homes[0]}]'
    return f"there is no section [{name}]{_nearest(name, _SECTIONS)}; take it out or rename it"


def _no_such_key(section: str, key: str) -> str:
    keys = _SECTIONS[section]
    near = _nearest(key, keys)
    homes = [other for other, others in _SECTIONS.items() if key in others]
    if homes and not near:
        return f'[{section}] has no key "{key}"; it belongs under [{homes[0]}]'
    return f'[{section}] has no key "{key}"{near}; its keys are: {", ".join(keys) or "none yet"}'


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""

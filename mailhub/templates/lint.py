"""What the rules of tone and of mail have against a compiled template: read as people will, with usual values in it."""

import re
from collections.abc import Iterator
from datetime import date, datetime

from mailhub import formats, wording
from mailhub.templates import looks
from mailhub.templates.compiling import Compiled
from mailhub.templates.definition import Var, VarType
from mailhub.templates.plain import Block
from mailhub.templates.remarks import Remarks
from mailhub.templates.rendering import render
from mailhub.templates.segments import Constant
from mailhub.templates.values import BadValue

LARGEST_HTML = 90_000  # octets; some programs cut a mail a little above that
MOST_PICTURES = 3
LEAST_WORDS = 20  # beside pictures

_FOOTER = "…\n…"
_PREFIX = re.compile(r"\s*(?:\[[^\]]*\]|(?:re|r|fwd?|fw|i|aw)\s*:)", re.IGNORECASE)
_NAMED = re.compile(r"'([^']+)'")
_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}")
_FIRST_LINE = 1
_CURE = "say it otherwise, as docs/templates.md has it"
_SAMPLES: dict[VarType, object] = {
    VarType.NUMBER: 12,
    VarType.MONEY: 1250,
    VarType.DATE: date(2026, 3, 14),
    VarType.INSTANT: datetime(2026, 3, 14, 9, 30),  # noqa: DTZ001 - nobody is told it
    VarType.FLAG: True,
    VarType.LINK: "https://pietrafiore.example/a/kx3f9q2m",
    VarType.ADDRESS: "orto@pietrafiore.example",
}


def lint(template: Compiled, text: str, remarks: Remarks) -> None:
    """Remark everything these rules object to; `text` is the file, for its lines."""
    try:
        filled = render(template, sample(template.head.vars), _FOOTER)
    except BadValue as bad:
        remarks.error(_FIRST_LINE, f"with usual values {bad}", "make its loops shorter")
        return
    if (octets := len(filled.html.encode())) >= LARGEST_HTML:
        remarks.error(_first_line(template), f"the HTML has {octets:,} octets", f"keep it under {LARGEST_HTML:,}")
        return  # whoever reads so much is not helped by more remarks
    words = filled.text.removesuffix(f"-- \n{_FOOTER}").strip()
    lines = text.split("\n")
    _subject(template, filled.subject, remarks)
    _front_matter(template, remarks)
    if remarks.file.endswith(".mjml"):
        _whole(template, filled.html, remarks)
    _tone(template, lines, remarks)
    _dates(template, lines, remarks)
    _size(template, words, filled.html, remarks)


def sample(declared: tuple[Var, ...]) -> dict[str, object]:
    """A value of usual length for every variable."""
    return {var.name: _sample(var) for var in declared}


def _sample(var: Var) -> object:
    if var.type is VarType.LIST:
        fields = sample(var.fields)
        return [fields.get("", fields)] * 3
    name = var.name.rpartition(".")[2]
    return _SAMPLES.get(var.type) or wording.sample([name])[name]


def _subject(template: Compiled, subject: str, remarks: Remarks) -> None:
    line = template.head.subject.line
    if len(subject) > wording.LONGEST_SUBJECT:
        what = f"the subject has {len(subject)} characters with usual values"
        remarks.warn(line, what, f"say it in {wording.LONGEST_SUBJECT}")
    if _PREFIX.match(template.head.subject.text):
        remarks.warn(line, "the subject begins with a tag or a prefix", "begin with the fact itself")
    for fault in wording.faults(template.language, _constants(template)):
        remarks.warn(line, f"the subject has {fault}", _CURE)


def _constants(template: Compiled) -> str:
    return "".join(each.text if isinstance(each, Constant) else "…" for each in template.subject)


def _front_matter(template: Compiled, remarks: Remarks) -> None:
    """The other lines people read."""
    for line in (template.head.preheader, template.head.author, template.head.answer):
        for fault in wording.faults(template.language, _PLACEHOLDER.sub("…", line.text)):
            remarks.warn(line.line, fault, _CURE)


def _whole(template: Compiled, html: str, remarks: Remarks) -> None:
    """What a look does for others, and a whole MJML has to do itself."""
    line = _first_line(template)
    if fault := looks.fetches(html):
        remarks.error(line, *fault)
    if f'lang="{template.language}"' not in html:
        remarks.warn(line, "the mail does not say its language", 'begin with <mjml lang="{{ language }}">')
    if "<title></title>" in html:
        remarks.warn(line, "the mail has no title", "write <mj-title>{{ title }}</mj-title> in <mj-head>")
    if html.count("<h1") != 1:
        remarks.warn(line, f"there are {html.count('<h1')} first headings", "write <h1> once, round the title")


def _tone(template: Compiled, lines: list[str], remarks: Remarks) -> None:
    """Words and forms people are not told, each with its line; one exclamation mark is let be."""
    marks: list[Block] = []
    for block in template.blocks:
        said = _without_links(block.words)
        marks += [block] * said.count("!")
        for fault in wording.faults(template.language, said.replace("!", ".")):
            named = _NAMED.search(fault)
            remarks.warn(_line_of(named[1] if named else fault[:1], block, lines), fault, _CURE)
        if block.level == 1:
            remarks.error(block.line, "# makes a second title beside the subject", "begin headings with ##")
    if len(marks) > 1:
        remarks.warn(_line_of("!", marks[1], lines), f"{len(marks)} exclamation marks", "leave one at most")


def _first_line(template: Compiled) -> int:
    return template.blocks[0].line if template.blocks else _FIRST_LINE


def _without_links(words: str) -> str:
    """Links and addresses are no words of anybody."""
    is_link = ("https://", "http://")
    return " ".join("…" if "@" in word or word.startswith(is_link) else word for word in words.split())


def _line_of(word: str, block: Block, lines: list[str]) -> int:
    """Where in its paragraph a word stands."""
    for number in range(block.line, min(block.line + 60, len(lines) + 1)):
        if word in lines[number - 1]:
            return number
        if number > block.line and not lines[number - 1].strip():
            break
    return block.line


def _dates(template: Compiled, lines: list[str], remarks: Remarks) -> None:
    for block in template.blocks:
        for found, weekday in wrong_weekdays(template.language, block.words):
            remarks.error(
                _line_of(found.split()[0], block, lines),
                f'"{found}" is a {weekday}',
                f"write {weekday}, or another day",
            )


def wrong_weekdays(language: str, text: str) -> Iterator[tuple[str, str]]:
    """Each whole date whose weekday is another, with the right one: «sabato 15 marzo 2026», «domenica»."""
    weekdays = [formats.weekday(language, number) for number in range(7)]
    months = [formats.month(language, number) for number in range(1, 13)]
    day, month = r"(?P<day>\d{1,2})(?:º|°|st|nd|rd|th)?", rf"(?P<month>{'|'.join(months)})"
    orders = (rf"{day} {month},? ", rf"{month} {day},? ")
    for order in orders[: 1 if language == "it" else 2]:
        pattern = rf"\b(?P<weekday>{'|'.join(weekdays)}),? {order}(?P<year>\d{{4}})\b"
        for found in re.finditer(pattern, text, re.IGNORECASE):
            number = 1 + [name.lower() for name in months].index(found["month"].lower())
            try:
                right = weekdays[date(int(found["year"]), number, int(found["day"])).weekday()]
            except ValueError:
                continue
            if right.lower() != found["weekday"].lower():
                yield found[0], right


def _size(template: Compiled, words: str, html: str, remarks: Remarks) -> None:
    line = _first_line(template)
    pictures = len(re.findall(r"<img\b", html))
    if pictures > MOST_PICTURES:
        remarks.warn(
            line, f"{pictures} pictures", f"most programs hide them; keep {MOST_PICTURES}, and say it in words"
        )
    elif pictures:
        remarks.warn(
            line, "a picture is fetched from its server by every reader's program", "say in words what matters"
        )
    if pictures and len(words.split()) < LEAST_WORDS:
        remarks.warn(line, "pictures with hardly any words", f"write {LEAST_WORDS} words or more")
    if template.head.is_service:
        for fault in wording.mail_faults(template.language, "", words):
            remarks.warn(line, fault, "shorten it, or name the purpose it needs consent for")

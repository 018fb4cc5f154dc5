"""Templates as organisers might write them, compiled without a folder."""

from pathlib import Path

import pytest

from mailhub.content import BadContent
from mailhub.templates.compiling import Compiled, compiled
from mailhub.templates.lint import lint
from mailhub.templates.remarks import Remarks

FILE = "templates/prova/prova.it.md"
WHOLE = "templates/prova/prova.it.mjml"
MJML = """<mjml lang="{{ language }}"><mj-head><mj-title>{{ title }}</mj-title>FONT</mj-head><mj-body>
<mj-section><mj-column><mj-text>BODY</mj-text></mj-column></mj-section>
<mj-section><mj-column><mj-text>{{ footer }}</mj-text></mj-column></mj-section>
</mj-body></mjml>
"""
MJML = MJML.replace("FONT", '<mj-attributes><mj-all font-family="serif" /></mj-attributes>')
FOOTER = "Ricevi questa mail perché fai parte di Orto.\nRispondi «perché» o «esci» · orto@x.example"


def head(variables: str = "", *, subject: str = "Prova", more: str = "") -> str:
    """Front matter: variables as lines of YAML."""
    declared = "".join(f"  {line}\n" for line in variables.splitlines())
    declared = f"vars:\n{declared}" if declared else ""
    return f'---\nsubject: "{subject}"\n{more}{declared}---\n'


def write(body: str, variables: str = "", *, subject: str = "Prova", more: str = "", file: str = FILE) -> Compiled:
    """A template with this body."""
    text = head(variables, subject=subject, more=more) + body
    return compiled(text, "prova", "en" if ".en." in file else "it", None, Remarks(file))


def told(text: str, *, file: str = FILE, site: Path | None = None) -> list[str]:
    """What is said against a whole file: its errors, else its warnings."""
    remarks = Remarks(file)
    try:
        template = compiled(text, "prova", "en" if ".en." in file else "it", site, remarks)
        lint(template, text, remarks)
        remarks.check()
    except BadContent as bad:
        return [str(problem).removeprefix(f"{file}:") for problem in bad.problems]
    return [str(problem).removeprefix(f"{file}:") for problem in remarks.warnings]


def refused(text: str, *, file: str = FILE) -> list[str]:
    """The errors of a file that has some."""
    with pytest.raises(BadContent) as bad:
        compiled(text, "prova", "it", None, Remarks(file))
    return [str(problem).removeprefix(f"{file}:") for problem in bad.value.problems]

"""An A4 poster of a group, with a code to scan and strips to tear off: how a hill town joins."""

import html
import io
from urllib.parse import quote

import segno

from mailhub.language import say
from mailhub.lists.definition import ListDefinition
from mailhub.site import Site
from mailhub.verbs import Verbs

STRIPS = 8

PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 0; }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: #fff; color: #1f2a24; font-family: Charter, "Bitstream Charter", Cambria, serif; }}
.sheet {{ width: 210mm; height: 297mm; display: flex; flex-direction: column; }}
.top {{ flex: 1; padding: 16mm 18mm 6mm; }}
.site {{ font-size: 16pt; color: #59635c; margin: 0 0 4mm; }}
h1 {{ font-size: 44pt; line-height: 1.1; margin: 0 0 6mm; overflow-wrap: anywhere; }}
.about {{ font-size: 20pt; line-height: 1.35; margin: 0 0 10mm; }}
.how {{ display: flex; gap: 10mm; align-items: flex-start; }}
.how svg {{ width: 62mm; height: 62mm; flex: none; }}
.how p {{ font-size: 16pt; line-height: 1.4; margin: 0 0 4mm; }}
.address {{ font-size: 18pt; font-weight: bold; overflow-wrap: anywhere; }}
.strips {{ display: flex; height: 88mm; border-top: 1px dashed #59635c; }}
.strip {{ width: 12.5%; border-left: 1px dashed #59635c; writing-mode: vertical-rl; padding: 5mm 4mm; }}
.strip {{ font-size: 11pt; }}
.strip:first-child {{ border-left: 0; }}
.strip b {{ display: block; font-size: 12pt; }}
</style>
</head>
<body><div class="sheet">
<div class="top">
<p class="site">{site}</p>
<h1>{title}</h1>
<p class="about">{about}</p>
<div class="how">{code}<div>
<p>{how_1}</p><p class="address">{address}</p><p>{how_2}</p><p>{how_3}</p>
</div></div>
</div>
<div class="strips">{strips}</div>
</div></body>
</html>
"""


def poster(definition: ListDefinition, site: Site, verbs: Verbs, language: str) -> str:
    """One self-contained page of HTML, to print from any browser."""
    suffix = verbs.get("join").suffixes[language][0]
    address = site.address(f"{definition.slug}-{suffix}")
    title = definition.titled(language)
    words = {f"how_{n}": html.escape(say(language, f"poster.how-{n}")) for n in (1, 2, 3)}
    return PAGE.format(
        language=language,
        site=html.escape(f"{site.name} · {say(language, 'poster.join')}"),
        title=html.escape(title),
        about=html.escape(definition.description.into(language) or ""),
        code=code(address, title),
        address=html.escape(address),
        strips=_strips(title, address, say(language, "poster.strip")),
        **words,
    )


def code(address: str, title: str) -> str:
    """The code as SVG: an empty mail with a subject, since some programs refuse to send one without."""
    drawn = io.BytesIO()
    made = segno.make(f"mailto:{quote(address, safe='@')}?subject={quote(title)}", error="m")
    made.save(drawn, kind="svg", xmldecl=False, svgns=True, border=2, omitsize=True)
    return drawn.getvalue().decode()


def _strips(title: str, address: str, words: str) -> str:
    one = f'<div class="strip"><b>{html.escape(title)}</b>{html.escape(words)}: {html.escape(address)}</div>'
    return one * STRIPS

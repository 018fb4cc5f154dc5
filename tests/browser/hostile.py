"""A group whose messages attack whoever reads them, and what a page looks like when none of it came through."""

import base64
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from playwright.sync_api import Page

from tests.mail import attacks

SET = "(window.__xss=1)"  # what every second attack does instead of opening a dialog
# Ways out of the places where a page repeats what somebody wrote.
BREAKOUTS = (
    '">{}', "'>{}", "</a>{}", "</title>{}", "</p></div></main>{}", "</textarea></script></style>{}", "--><!-->{}",
    "]]></content></entry></feed>{}", "&quot;>&lt;{}", "\r\n\r\n{}", "{{{{7*7}}}}{}", "\u2028{}\x00",
)  # fmt: skip
CARRIERS = (
    f"<script>{attacks.ALERT}</script>",
    f"<img src=x onerror={attacks.ALERT}>",
    f"<svg/onload={attacks.ALERT}>",
    f"<iframe srcdoc='<script>{attacks.ALERT}</script>'></iframe>",
    f"<details open ontoggle={attacks.ALERT}>",
    "<img src=https://evil.test/open.gif>",
    "<link rel=stylesheet href=https://evil.test/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.test/'>",
    "<script xmlns='http://www.w3.org/1999/xhtml' src='https://evil.test/x.js'/>",
)
# What text alone can do to a page that makes links of it.
LINKS = (
    f'https://x.test/"onmouseover={attacks.ALERT}//',
    f"https://x.test/'autofocus/onfocus={attacks.ALERT}//",
    f"https://x.test/<svg/onload={attacks.ALERT}>",
    f"[press](javascript:{attacks.ALERT})",
    f"<javascript:{attacks.ALERT}>",
    f"javascript:{attacks.ALERT}//https://x.test",
    f'"><img/src=x/onerror={attacks.ALERT}>@x.test',
    f'a"onclick={attacks.ALERT}//@x.test',
)
# Everything that may stand in a page of ours; who adds an element to a page says so here too.
ELEMENTS = (
    "html head meta title link body header main nav p a img form input button label h1 h2 h3 h4 h5 h6 div span strong "
    "article ol ul li dl dt dd details summary blockquote br hr fieldset legend select option time small table thead "
    "tbody tfoot tr th td caption b i em u s sub sup pre code q cite abbr del ins col colgroup section aside footer"
)
SANDBOX = f"{ELEMENTS} iframe textarea wbr style center font"  # its own pages, and mails with the looks they came in
_JUDGE = r"""(elements, document) => {
  const known = new Set(elements.split(" ")), found = new Set();
  const leads = ["href", "src", "action", "cite", "background"], never = ["srcdoc", "formaction", "http-equiv", "ping"];
  const isBad = (name, value) => name.startsWith("on") || never.includes(name)
    || name === "src" && value && !/^\/(static\/|f\/|mail\/\w+\/\d+\/html)/.test(value)
    || leads.includes(name) && !["https:", "http:", "mailto:"].includes(new URL(value, "https://lists.test").protocol);
  const html = document.documentElement.namespaceURI;
  const code = "[role=img] > svg.segno";  // what a phone reads, drawn by us
  for (const one of document.querySelectorAll(`:not(${code}, ${code} *)`)) {
    if (!known.has(one.localName) || one.namespaceURI !== html) found.add(`<${one.localName}>`);
    for (const {name, value} of one.attributes) if (isBad(name, value)) found.add(`${name}=${value}`);
  }
  if (document.defaultView && document.defaultView.__xss) found.add("a script ran");
  return [...found];
}"""
# Style sheet and stamp are the same in all, and not what is judged.
_IN_FRAMES = rf"""async ([elements, paths, word]) => {{
  const judge = {_JUDGE}, found = [];
  await Promise.all(paths.map(async path => {{
    const frame = document.createElement("iframe"), text = await (await fetch(path)).text();
    frame.srcdoc = text.replace(/\/static\/\w+\.(css|svg)/g, "");
    const shown = new Promise(done => frame.onload = done);
    document.body.append(frame);
    await shown;
    await new Promise(done => setTimeout(done, 0));
    const inside = frame.contentDocument;
    if (!inside.documentElement.textContent.includes(word)) found.push(`${{path}}: not what was asked for`);
    found.push(...judge(elements, inside).map(fault => `${{path}}: ${{fault}}`));
    frame.remove();
  }}));
  return found;
}}"""
TOGETHER = 30  # frames at a time


def strings() -> Sequence[str]:
    """Every attack once; the even ones open a dialog, the odd ones set `window.__xss`."""
    carried = [breakout.format(carrier) for breakout in BREAKOUTS for carrier in CARRIERS]
    disguised = [f'<a href="{address}">x</a>' for scheme in attacks.SCHEMES for address in attacks.disguises(scheme)]
    every = dict.fromkeys((*attacks.TAGS, *carried, *LINKS, *disguised))
    return [one if place % 2 else one.replace(attacks.ALERT, SET) for place, one in enumerate(every)]


def mails(to: str, marks: int) -> Iterator[bytes]:
    """A mail for each attack, which stands in its subject, its author's name, its text, its HTML and a file's name.

    Every third has no text beside its HTML. So many at a time can be found by a word of their own, `marked<n>`.
    """
    for number, attack in enumerate(strings()):
        mark = f"marked{number // marks}"
        yield _mail(to, number, attack, mark)


def message_id(number: int) -> str:
    return f"attack-{number}@x.test"


def _mail(to: str, number: int, attack: str, mark: str) -> bytes:
    said = f"{mark} {attack}\n\n> {attack}\n"
    texts = [] if number % 3 == 0 else [_part("text/plain", said.encode())]
    texts.append(_part("text/html", f"<p>{mark}</p>{attack}".encode(errors="replace")))
    name = quote(f"{attack}.html", safe="")
    file = _part("text/html", attack.encode(), f"Content-Disposition: attachment; filename*=utf-8''{name}\r\n")
    head = (
        f"From: {_encoded(attack)} <m{number}@x.test>\r\nTo: {to}\r\nSubject: {_encoded(f'{mark} {attack}')}\r\n"
        f"Date: Mon, 09 Mar 2026 {number // 60:02}:{number % 60:02}:00 +0000\r\nMessage-ID: <{message_id(number)}>\r\n"
        f"MIME-Version: 1.0\r\n"
    )
    return head.encode() + _multipart("mixed", "m", [_multipart("alternative", "a", texts), file])


def _encoded(text: str) -> str:
    """RFC 2047, in pieces short enough for every reader."""
    octets = text.encode()
    pieces = [octets[at : at + 42] for at in range(0, len(octets), 42)]
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(piece).decode()}?=" for piece in pieces)


def _part(kind: str, content: bytes, more: str = "") -> bytes:
    head = f"Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n{more}\r\n"
    return head.encode() + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _multipart(kind: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    return (
        head
        + b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), part) for part in parts)
        + b"--%s--\r\n" % boundary.encode()
    )


def judged(page: Page, elements: str = ELEMENTS) -> list[str]:
    """What stands in the open page that is none of ours."""
    return [f"{page.url}: {fault}" for fault in page.evaluate(f"elements => ({_JUDGE})(elements, document)", elements)]


def judged_in_frames(page: Page, paths: Sequence[str], word: str = "", elements: str = ELEMENTS) -> list[str]:
    """The same of many pages, each parsed and run in a frame of its own with the rights of the open page.

    Each must hold the `word`: else it is not the page that was meant.
    """
    found = list[str]()
    for start in range(0, len(paths), TOGETHER):
        found += page.evaluate(_IN_FRAMES, [elements, paths[start : start + TOGETHER], word])
    return found

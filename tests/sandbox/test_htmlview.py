"""A mail's HTML in its frame: its looks stay, nothing of it runs, fetches or leads out of the town."""

import pytest

from mailhub.sandbox.htmlview import POLICY, SANDBOX, Sheet, sheet
from mailhub.sandbox.links import Draft, pressed

BASE = "http://127.0.0.1:8001"


def shown(markup: str) -> Sheet:
    return sheet(
        markup,
        title="A <title>",
        language="en",
        press=lambda link: pressed(link, BASE, lambda email: email.endswith("@town.example")),
        write=lambda begun: f"/write?to={begun.to}&subject={begun.subject}",
    )


def test_a_mail_keeps_its_looks() -> None:
    page = shown(
        '<html><head><title>x</title><style>p { color: red; }</style></head><body style="margin:0">'
        '<p class="muted" style="color:#123456">Hello <b>you</b><br>there</p></body></html>'
    ).html
    assert page.startswith('<!doctype html><html lang="en"><head><meta charset="utf-8">')
    assert "<title>A &lt;title&gt;</title><style>p { color: red; }</style></head>" in page
    assert page.endswith(
        '<body style="margin:0"><p class="muted" style="color:#123456">Hello <b>you</b><br>there</p></body></html>'
    )


@pytest.mark.parametrize(
    ("link", "becomes"),
    [
        ("mailto:r.x@town.example?subject=Yes", '<a href="/write?to=r.x@town.example&amp;subject=Yes" target="_top">'),
        (f"{BASE}/a/abc?v=1&amp;w=2", f'<a href="{BASE}/a/abc?v=1&amp;w=2" target="_blank" rel="noopener noreferrer">'),
        ("https://elsewhere.example/", "<a>"),
        ("mailto:somebody@elsewhere.example", "<a>"),
        ("javascript:alert(1)", "<a>"),
        ("data:text/html,x", "<a>"),
        ("", "<a>"),
    ],
)
def test_a_link_leads_to_us_to_a_form_or_nowhere(link: str, becomes: str) -> None:
    assert f"{becomes}go</a>" in shown(f'<body><a href="{link}">go</a></body>').html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<img src="http://elsewhere.example/track.png" alt="">',
        "<svg><script>alert(1)</script></svg>",
        "<svg/onload=alert(1)>",
        "<iframe src=javascript:alert(1)></iframe>",
        "<math><mtext></mtext><script>alert(1)</script></math>",
        '<p onclick="alert(1)">x</p>',
        '<p style="background:url(http://elsewhere.example/x)">x</p>',
        '<p style="background:u\\72l(http://elsewhere.example/x)">x</p>',
        "<style>@import 'http://elsewhere.example/x.css';</style>",
        "<style>p { background: url(http://elsewhere.example/x) }</style>",
        '<link rel="stylesheet" href="http://elsewhere.example/x.css">',
        '<base href="http://elsewhere.example/">',
        '<form action="http://elsewhere.example/"><input name="x"><button>go</button></form>',
        '<meta http-equiv="refresh" content="0;url=http://elsewhere.example/">',
        "<object data=x></object><embed src=x>",
        "<noscript><p title='</noscript><script>alert(1)</script>'></noscript>",
        "<title></title><script>alert(1)</script>",
        '<p class="a"b<script>alert(1)</script>">x</p>',
        '<a href="&#106;avascript:alert(1)">x</a>',
        "<!--><script>alert(1)</script-->",
    ],
)
def test_nothing_in_it_runs_or_fetches(hostile: str) -> None:
    page = shown(f"<body>before {hostile} <p>after</p></body>").html
    body = page.partition("<body>")[2]
    for what in (
        "<script",
        "<img",
        "<svg",
        "<iframe",
        "<form",
        "<input",
        "<meta",
        "<base",
        "<link",
        "<object",
        "<embed",
    ):
        assert what not in body
    for what in ("onerror", "onclick=", "onload", "javascript:", "elsewhere.example", "@import"):
        assert f" {what}" not in body.replace("&quot;", '"').replace("&lt;", ""), body
    assert "elsewhere.example" not in page.partition("<body>")[0]


def test_words_that_look_like_markup_stay_words() -> None:
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown("<body>&lt;script&gt;alert(1)&lt;/script&gt;</body>").html


def test_a_head_that_never_ends_hides_nothing() -> None:
    assert "Hello" in shown("<html><head><style>p{}</style><body><p>Hello</p>").html


def test_its_frame_grows_with_what_it_holds() -> None:
    little, much = shown("<body><p>Hello</p></body>"), shown(f"<body><p>{'word ' * 400}</p></body>")
    assert little.wide < much.wide < much.narrow


def test_no_script_runs_in_the_frame() -> None:
    assert "allow-scripts" not in SANDBOX
    assert "allow-same-origin" not in SANDBOX
    assert POLICY.startswith("default-src 'none';")
    assert "script-src" not in POLICY
    assert Draft("a@b.example").subject == ""

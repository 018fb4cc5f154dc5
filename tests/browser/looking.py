"""What every page must be for every pair of eyes and for every thumb (LOOK.md; P-20 to P-28)."""

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

from tests.browser.watching import DESK, NARROWEST, PHONE, Visit

GRAVE = ("serious", "critical")
LEAST_TARGET = 44  # CSS pixels that a thumb needs
# A link within a sentence is as high as its line (WCAG 2.5.8); whatever stands alone is there for the thumb.
_SMALL_TARGETS = """least => {
  const isBeside = node => node.nodeType === Node.TEXT_NODE ? node.textContent.trim().length > 1
    : node.nodeType === Node.ELEMENT_NODE && node.textContent.trim() && getComputedStyle(node).display === "inline";
  const isInSentence = one => one.tagName === "A" && getComputedStyle(one).display === "inline"
    && [...one.parentElement.childNodes].some(node => node !== one && isBeside(node));
  // A label is pressed for its field, and a link may lie over the whole row it stands in.
  const row = one => getComputedStyle(one, "::after").position === "absolute" ? one.closest("tr, li") : null;
  const height = one =>
    Math.max(...[one, one.closest("label"), row(one)].map(it => it ? it.getBoundingClientRect().height : 0));
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter(one => !one.closest(".words, .as-written"))  // what people wrote, they laid out
    .filter(one => one.checkVisibility() && one.type !== "hidden" && !isInSentence(one) && height(one) < least - 0.5)
    .map(one => `<${one.tagName.toLowerCase()}> ${one.textContent.trim().slice(0, 40)}: ${height(one)} px high`);
}"""


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def axe(page: Page, *rules: str) -> list[str]:
    """The serious and critical findings of axe; of these rules alone, where some are named."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_axe())
    found = page.evaluate("options => axe.run(document, options).then(found => found.violations)", options)
    return [
        f"{one['id']}: {one['help']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"][:3]
    ]


def scrolls(page: Page) -> list[str]:
    """Whether one would have to push the page sideways, and what reaches beyond its edge."""
    return list(
        page.evaluate(
            """() => {
              const edge = document.documentElement.clientWidth;
              if (document.documentElement.scrollWidth <= edge) return [];
              const wide = [...document.querySelectorAll("body *")].filter(
                one => one.getBoundingClientRect().right > edge + 0.5);
              return [`${document.documentElement.scrollWidth} px wide on ${edge}: `
                + wide.slice(0, 3).map(one => one.outerHTML.slice(0, 80)).join(" | ")];
            }"""
        )
    )


def look(visit: Visit, name: str) -> None:
    """Look at the page that is open: its width at every size, all else as the visitor has it and in the dark; what is
    wrong is written down."""
    if not visit.has_script:  # nothing can be measured then: such a visit only walks
        return
    page, own = visit.page, visit.page.viewport_size
    page.wait_for_load_state()
    faults = []
    for size in (DESK, NARROWEST, PHONE):
        visit.size(size)
        faults += scrolls(page)
    faults += page.evaluate(_SMALL_TARGETS, LEAST_TARGET)
    if own is not None:
        page.set_viewport_size(own)
    if visit.has_axe:
        faults += axe(page)
        page.emulate_media(color_scheme="dark")  # nothing but colours depends on it
        faults += [f"in the dark, {fault}" for fault in axe(page, "color-contrast")]
        page.emulate_media(color_scheme="light")
    spoken = page.locator("html").get_attribute("lang")
    faults += [] if spoken == visit.language else [f"it speaks {spoken}"]
    visit.faults += [f"{name} ({visit.language}), {fault}" for fault in faults]

"""What becomes of people at steps that go, as a reply says it: «pubblica pausa=saluto, dono resta». Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mailhub.journeys.migration import NOBODY, Migration

_PIECES = re.compile(r"\s*(?:[,;]|\s(?:e|ed|and)\s)\s*")
_GOES = re.compile(r"(?:([\w-]+)\s*:\s*)?([\w.-]+)\s*(?:=|->|→)\s*([\w.-]+)")
_STAYS = re.compile(r"(?:([\w-]+)\s*:\s*)?([\w.-]+)\s+(?:resta|restano|rimane|rimangono|stay|stays)")


def read(said: str, slugs: Sequence[str], known: Mapping[str, Migration]) -> dict[str, Migration] | None:
    """What is known already and what this says, by journey; None where it is not clear."""
    found = dict(known)
    for piece in _PIECES.split(said.strip()):
        goes, stays = _GOES.fullmatch(piece), _STAYS.fullmatch(piece)
        matched = goes or stays
        if matched is None:
            return None
        slug = matched[1] or (slugs[0] if len(slugs) == 1 else "")
        if slug not in slugs:
            return None
        before = found.get(slug, NOBODY)
        if goes:
            found[slug] = replace(before, map={**before.map, goes[2]: goes[3]}, stay=before.stay - {goes[2]})
        else:
            left = {step: to for step, to in before.map.items() if step != matched[2]}
            found[slug] = replace(before, map=left, stay=before.stay | {matched[2]})
    return found

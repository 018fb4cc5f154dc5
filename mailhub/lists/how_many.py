"""«Segmenti: senza-parola»: of how many people a segment is now; alone, each of them. For who organises the site."""

import re

from mailhub.conditions.parser import SEGMENT
from mailhub.content import nearest
from mailhub.language import say
from mailhub.lists import acts, asking, things
from mailhub.lists.vocabulary import WORDS
from mailhub.people import roles
from mailhub.people.segments import counting, publishing
from mailhub.people.segments.definition import Segment
from mailhub.verbs import Act, Answer, Outcome

NAME = "how-many"


def tell(act: Act) -> Outcome:
    """The number, or which names there are."""
    if not roles.may_organise(act.session, act.person_id, roles.SITE):
        contact, who = roles.contact(act.session, act.site), say(act.language, acts.ORGANISERS)
        values = {"who": who, "verb": WORDS[NAME][act.language][0], "contact": contact}
        return Outcome(False, Answer("inbound.not-allowed", values, None, returns_text=True))
    there = publishing.running(act.session, asking.before_segments(act.session, act.site)).segments
    slug = re.sub("[_ ]", "-", act.argument.removeprefix(SEGMENT))
    one = there.get(slug) or there.get(nearest(slug, there) or "")
    if one is not None:
        values = {"title": one.title.into(act.language), "segment": one.slug, "number": str(_count(act, one))}
        return Outcome(True, Answer("lists.how-many", values, things.DESK))
    if not slug and there:
        lines = (f"- {each}: {_count(act, there[each])}" for each in sorted(there))
        return Outcome(True, Answer("lists.how-many-all", {"site": act.site.name}, things.DESK, below="\n".join(lines)))
    names = "\n".join(f"- {each}" for each in sorted(there))
    return Outcome(False, Answer("lists.how-many-which", {"site": act.site.name}, things.DESK, below=names))


def _count(act: Act, one: Segment) -> int:
    return counting.count(act.session, one.when, act.site, now=act.now)

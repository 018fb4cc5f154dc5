"""What files of content say, checked together: groups, mails, segments and journeys by slug."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailhub import content
from mailhub.content import OnDisk
from mailhub.journeys import publishing as of_journeys
from mailhub.lists import publishing as of_lists
from mailhub.lists.checks import Written
from mailhub.people.segments import publishing as of_segments
from mailhub.people.segments.written import Written as Segment
from mailhub.templates import publishing as of_templates

# Groups first, since mails, segments and journeys name them.
KINDS = (of_lists.KIND, of_templates.KIND, of_segments.KIND, of_journeys.KIND)


@dataclass(frozen=True, slots=True)
class Files:
    """What the files say, by slug."""

    lists: Mapping[str, Written] = field(default_factory=dict)
    templates: Mapping[str, of_templates.Written] = field(default_factory=dict)
    journeys: Mapping[str, of_journeys.Written] = field(default_factory=dict)
    segments: Mapping[str, Segment] = field(default_factory=dict)
    drafts: frozenset[str] = frozenset()  # journeys that are checked and not published

    def has(self, kind: str, slug: str) -> bool:
        """Whether there is one to publish."""
        there: Mapping[str, Mapping[str, object]] = {
            of_lists.KIND: self.lists,
            of_templates.KIND: self.templates,
            of_segments.KIND: self.segments,
            of_journeys.KIND: self.journeys,
        }
        return slug in there[kind]

    def on_disk(self) -> list[OnDisk]:
        """Each as it is compared with what runs."""
        found = [OnDisk(of_templates.KIND, one.slug, one.file, one.sha256, one.text) for one in self.templates.values()]
        for slug, one in self.lists.items():
            found.append(OnDisk(of_lists.KIND, slug, one.document.file, one.sha256, one.document.text))
        for slug, some in self.segments.items():
            sha = content.fingerprint(some.document.values)
            found.append(OnDisk(of_segments.KIND, slug, some.document.file, sha, some.document.text))
        for slug, way in self.journeys.items():
            found.append(OnDisk(of_journeys.KIND, slug, way.document.file, way.sha256, way.document.text))
        return found

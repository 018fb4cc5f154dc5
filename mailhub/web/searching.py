"""`/search`: words, and operators for who, when and where; only in what this visitor may read."""

from flask import Blueprint, Response, request

from mailhub.archive import queries
from mailhub.lists import finding, visibility
from mailhub.web import showing
from mailhub.web.shared import hub, page
from mailhub.web.visitor import signed_in

pages = Blueprint("searching", __name__)

FOUND = 20  # on one page


@pages.get("/search")
def find() -> Response:
    """What was found, the newest first; without words it says what to write."""
    asked = queries.read(request.args.get("q", ""))
    with hub().database.reading() as session:
        visitor = signed_in(session)
        groups = visibility.readable_lists(session, visitor.id if visitor is not None else None)
        found = finding.found(session, finding.within(groups, asked), asked, FOUND)
        places = {(one.post.list_id, one.post.number): place for place, one in enumerate(found)}
        shown = [
            (group, one) for group in groups for one in showing.messages(session, group, found, visitor, short=True)
        ]
        shown.sort(key=lambda each: places[each[0].id, each[1].number])
        return page(
            "search.html", asked=asked, text=request.args.get("q", "")[: queries.LONGEST], shown=shown, visitor=visitor
        )

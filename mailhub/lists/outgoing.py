"""How a post looks when it leaves: its From, the fields of the list, the two lines below, its large files as links."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from mailhub import formats, tokens
from mailhub.archive import attachments
from mailhub.archive.pictures import Made
from mailhub.archive.tables import Attachment, Post
from mailhub.language import footer, say
from mailhub.lists import authors, photos, reading, redaction, voice
from mailhub.lists.definition import Addresses, Beyond, ListDefinition, ListKind, ReplyTo
from mailhub.lists.tables import MailList
from mailhub.mail.address import Mailbox, canonical
from mailhub.mail.authenticity.weighing import Authenticity
from mailhub.mail.compose import Changes, ListFacts, PostFacts, post_frame
from mailhub.mail.frame import Context, Frame, Slot, Text
from mailhub.mail.message import Mail
from mailhub.mail.sealing import Sealing
from mailhub.mail.shown import Case, Held, Reply, Rules, Shown, from_for
from mailhub.people.tables import Person
from mailhub.site import Site
from mailhub.tokens import Token

REPLY_TO = Slot("reply_to", Context.TOKEN)  # where the next hop rewrites ids, a token says which message is answered
BECAUSE = "because"  # the slot of the sentence that differs from member to member
INLINE_WITHOUT_LINKS = 5_000_000  # bytes of a file that goes along where there is no page to fetch it from


def frames(
    session: Session,
    site: Site,
    group: MailList,
    post: Post,
    raw: bytes,
    mail: Mail,
    found: Authenticity,
    languages: Sequence[str],
    renamed: Mapping[str, str],
    made: Mapping[int, Made] | None = None,
) -> Mapping[str, Frame]:
    """The post as its copies carry it, by language; `renamed`: what it answers, in place of names only its author's
    mail program knows; `made`: what its pictures became, by their place among its files."""
    files = attachments.of_posts(session, [post.id]).get(post.id, []) if mail.attachments else []
    author = session.get(Person, post.person_id) if post.person_id is not None else None
    rules = reading.definition_of(group)
    seen = made or {}
    sent = photos.carried(session, site, seen)
    large = _too_large(site, rules, [file for file in files if file.position not in seen])
    is_changed = rules.footer or rules.subject_tag or bool(large) or (bool(seen) and not rules.transparent)
    named = shown(site, rules, mail, found, is_changed=is_changed)
    seal = _sealing(site, mail, found)
    frames = {}
    for language in languages:
        line = photos.line(site, group, post, files, seen, sent, language)
        changes = Changes(
            footer=_footer(site, group, language, line) if rules.footer else (line,) if line else (),
            links={file.position: (_instead(site, group, file, language),) for file in large},
            files=sent,
            redact=redaction.redactor(site),
        )
        frames[language] = _frame(
            session, site, group, post, raw, mail, changes, author, named, renamed, seal, language
        )
    return frames


def list_facts(site: Site, group: MailList, language: str) -> ListFacts:
    """The group as header fields tell it."""
    rules = reading.definition_of(group)
    return ListFacts(
        title=rules.titled(language),
        list_id=list_id(site, group),
        address=voice.address(site, group),
        is_open=rules.kind is not ListKind.ANNOUNCE,
        help=voice.verb_address(site, group, "help", language),
        owner=voice.contact(site, group, language),
        subscribe=voice.verb_address(site, group, "join", language),
        one_click=site.secure,
        feedback_id=f"post:list:{group.slug[:30]}:mailhub",
        provider=site.provider,
    )


def list_id(site: Site, group: MailList) -> str:
    """The same for the life of the list (RFC 2919)."""
    return f"{group.slug}.{site.domain}"


def relay_address(site: Site, person_id: int, list_id: int) -> str:
    """A member's lasting address in one group."""
    return site.address(f"p.{site.keys.issue(Token(tokens.RELAY, person_id, list_id))}")


def shown(site: Site, rules: ListDefinition, mail: Mail, found: Authenticity, *, is_changed: bool) -> Shown:
    """Under whose name it leaves; where nobody knows what the author's domain asks for, on the safe side."""
    author = mail.author.email if mail.author else ""
    if author == site.address(rules.slug):  # the group itself speaks
        return Shown(Case.OWN_DOMAIN, by_relay=False, reply=Reply.LIST)
    domain = canonical(author).rpartition("@")[2]
    decided = Rules(
        own_domain=site.domain,
        hides_addresses=rules.addresses is Addresses.HIDDEN,
        replies_to_list=rules.reply_to is ReplyTo.LIST,
        is_transparent=rules.transparent,
    )
    named = from_for(
        domain,
        decided,
        found.policy,
        is_authentic=True,
        is_changed=is_changed,
        signature_holds=found.is_signed if found.is_judged else is_signed(mail, domain),
    )
    assert not isinstance(named, Held), "only proven mail, or what a moderator has read, comes so far"
    return named


def is_signed(mail: Mail, domain: str) -> bool:
    """Whether a signature of the author's own domain, or of one above it, is on a mail that nobody has judged."""
    for field in mail.headers:
        if field.name.lower() != "dkim-signature":
            continue
        tags = (tag.strip().partition(b"=") for tag in field.value.split(b";"))
        signer = next((value.strip().decode("ascii", "replace").lower() for name, _, value in tags if name == b"d"), "")
        if "." in signer and (domain == signer or domain.endswith(f".{signer}")):
            return True
    return False


def _frame(
    session: Session,
    site: Site,
    group: MailList,
    post: Post,
    raw: bytes,
    mail: Mail,
    changes: Changes,
    author: Person | None,
    named: Shown,
    renamed: Mapping[str, str],
    seal: Sealing | None,
    language: str,
) -> Frame:
    rules = reading.definition_of(group)
    name = authors.name_in(session, group, author, mail.author, language)
    facts = PostFacts(
        list=list_facts(site, group, language),
        shown=named,
        author=mail.author or Mailbox(name, ""),
        relay=Mailbox(f"{name} via {rules.titled(language)}", relay_address(site, post.person_id or 0, group.id)),
        message_id=post.message_id,
        date=post.sent_at,
        tag=f"[{group.slug}] " if rules.subject_tag else "",
        renamed=renamed,
        reply_to=REPLY_TO if site.answers_by_token else None,
        sealing=seal,
    )
    return post_frame(raw, facts, changes, transparent=rules.transparent)


def _sealing(site: Site, mail: Mail, found: Authenticity) -> Sealing | None:
    """What the seals of its copies say, on a site that seals; what nobody judged is not vouched for."""
    if not site.seals or not found.is_judged or found.is_of_envelope or mail.author is None:
        return None
    return Sealing(site.domain, found, canonical(mail.author.email).rpartition("@")[2])


def _footer(site: Site, group: MailList, language: str, above: str) -> Text:
    """The two lines below: the first differs from member to member; and what is said of photographs above them."""
    _, words = footer(language, "", voice.contact(site, group, language)).split("\n", 1)
    return (*((f"{above}\n",) if above else ()), Slot(BECAUSE, Context.TEXT), f"\n{words}")


def _too_large(site: Site, rules: ListDefinition, files: Sequence[Attachment]) -> Sequence[Attachment]:
    """The files that do not go along."""
    if rules.beyond is Beyond.INLINE:
        return ()
    limit = rules.inline_up_to if site.base_url else max(rules.inline_up_to, INLINE_WITHOUT_LINKS)
    return [file for file in files if file.size > limit]


def _instead(site: Site, group: MailList, file: Attachment, language: str) -> str:
    told = {"name": file.name, "size": formats.size(language, file.size)}
    link = site.link(f"f/{site.keys.issue_link(Token(tokens.FILE, 0, file.id))}")
    if link is not None:
        return f"{say(language, 'lists.file-linked', **told)}\n{link}\n"
    return say(language, "lists.file-asked", **told, contact=voice.contact(site, group, language)) + "\n"

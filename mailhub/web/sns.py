"""Whether a call under SES's address is SNS's own, and the answer to its question whether we want to be called.

Two proofs are asked for. The password in the address shows that the topic is ours, since nobody else knows it; the
signature shows that SNS sent just this, so that a password read in somebody's log is of no use.
"""

import logging
from collections.abc import Mapping
from typing import Any

from flask import current_app

from mailhub.fetching import NotFetched
from mailhub.mail.reports import sns
from mailhub.web.shared import hub

log = logging.getLogger("mailhub.web")

_KEPT, _MOST_KEPT = "MAILHUB_SNS_CERTIFICATES", 8
_RETRIED = 24 * 60 * 60  # seconds; SNS itself tries for an hour, unless told otherwise
_GONE_WRONG = "HTTP %d"


def is_genuine(body: Any) -> bool:
    """Whether SNS signed it lately; raises NotFetched where its certificate cannot be had now."""
    if not isinstance(body, dict):
        return False
    url, sent, real = sns.certificate_url(body), sns.sent_at(body), hub().clock.real()
    if url is None or sent is None or abs((real - sent).total_seconds()) > _RETRIED:
        return False
    return sns.is_signed(body, _certificate(url), real)


def _certificate(url: str) -> bytes:
    """SNS's, fetched once while the site runs."""
    kept: dict[str, bytes] = current_app.config.setdefault(_KEPT, {})
    if url not in kept:
        reply = hub().fetcher.get(url)
        if reply.status != 200:
            raise NotFetched(_GONE_WRONG % reply.status)
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        kept[url] = reply.body
    return kept[url]


def confirm(body: Mapping[str, Any]) -> bool:
    """Say yes to SNS, to whom we gave the address; raises NotFetched. False where it asks for anything else."""
    url = sns.confirming_url(body)
    if url is None:
        return False
    reply = hub().fetcher.get(url)
    if reply.status != 200:
        raise NotFetched(_GONE_WRONG % reply.status)
    log.info("sns subscription confirmed topic=%s", body["TopicArn"])
    return True

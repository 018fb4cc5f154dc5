"""`/healthz`: the process lives. `/readyz`: it can keep mail and work; the reasons are shown on this machine only."""

import os
import shutil
from ipaddress import ip_address

import sqlalchemy as sa
from flask import Blueprint, Response, jsonify, request

from mailhub.db.state import SiteState
from mailhub.web.shared import checks, hub

pages = Blueprint("health", __name__)

FREE_DISK = 0.05
ENOUGH_DISK = 2 * 2**30  # bytes; as much is enough on any disk
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")


@pages.get("/healthz")
def alive() -> Response:
    return Response("ok\n", mimetype="text/plain")


@pages.get("/readyz")
def ready() -> Response:
    """200 when everything answers, else 503."""
    asked = {"database": _database, "disk": _disk, **checks()}
    found = {name: check() for name, check in asked.items()}
    good = all(found.values())
    response = jsonify(ready=good, **(found if _is_here() else {}))
    response.status_code = 200 if good else 503
    return response


def _database() -> bool:
    try:
        with hub().database.reading() as session:
            session.execute(sa.select(SiteState.name).limit(1))
    except sa.exc.SQLAlchemyError:
        return False
    return True


def _disk() -> bool:
    folder = hub().site.data_dir
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return False
    return os.access(folder, os.W_OK) and usage.free >= min(usage.total * FREE_DISK, ENOUGH_DISK)


def _is_here() -> bool:
    """Asked from this machine, and by nobody who passes on what others ask."""
    try:
        is_loopback = ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
    return is_loopback and not any(name in request.headers for name in FORWARDED)

"""`/healthz`: the process lives. `/readyz`: it can keep mail and work; the reasons are shown on this machine only."""

import shutil
from ipaddress import ip_address

import sqlalchemy as sa
from flask import Blueprint, Response, jsonify, request

from mailhub.db.state import SiteState
from mailhub.web.shared import hub

pages = Blueprint("health", __name__)

FREE_DISK = 0.05


@pages.get("/healthz")
def alive() -> Response:
    return Response("ok\n", mimetype="text/plain")


@pages.get("/readyz")
def ready() -> Response:
    """200 when everything answers, else 503."""
    checks = {"database": _database(), "disk": _disk()}
    good = all(checks.values())
    shown = checks if _is_here() else {}
    response = jsonify(ready=good, **shown)
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
    usage = shutil.disk_usage(hub().site.data_dir)
    return usage.free >= usage.total * FREE_DISK or usage.free >= 2 * 2**30


def _is_here() -> bool:
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False

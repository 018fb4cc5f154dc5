"""Small facts about the site itself that must survive a restart, such as a sandbox's turned clock."""

from typing import Any

from sqlalchemy.orm import Mapped, Session, mapped_column

from mailhub.db.base import Base


class SiteState(Base):
    """One named fact about the site."""

    __tablename__ = "site_state"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]


def get(session: Session, name: str) -> dict[str, Any] | None:
    row = session.get(SiteState, name)
    return dict(row.value) if row else None


def put(session: Session, name: str, value: dict[str, Any]) -> None:
    session.merge(SiteState(name=name, value=value))

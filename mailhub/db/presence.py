"""Who works with this database now: a process that finds itself alone may take over what its predecessors held."""

import sqlalchemy as sa

from mailhub.db.session import Database

# Two advisory locks of PostgreSQL in one: everybody who works holds it shared, so taking it alone shows nobody does.
_KEY = "hashtext('mailhub presence ' || current_schema())"


class Presence:
    """This process among those that work with the database; PostgreSQL lets go of it when the process dies."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: sa.Connection | None = None

    def enter(self) -> bool:
        """Be present; True when nobody else is. On SQLite the site's lock has said so already."""
        if self._database.is_sqlite:
            return True
        self._connection = self._database.writer.connect().execution_options(isolation_level="AUTOCOMMIT")
        is_alone = bool(self._connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_KEY})").scalar())
        self._connection.exec_driver_sql(f"SELECT pg_advisory_lock_shared({_KEY})")
        if is_alone:
            self._connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_KEY})")
        return is_alone

    def leave(self) -> None:
        """Be gone, so that the next may find itself alone."""
        if self._connection is not None:
            self._connection.invalidate()  # the lock belongs to the connection, which must not go back to the pool
            self._connection.close()
            self._connection = None

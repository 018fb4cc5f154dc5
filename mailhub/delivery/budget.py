"""How much mail beyond service one person may get, over all rooms that write to them. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from mailhub.clock import at_local, local

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Budget:
    """How many mails that are not service one person gets, over all journeys and campaigns. 0: as many as there are."""

    a_day: int = 1
    a_week: int = 4

    def free_at(self, mails: tuple[datetime, ...], now: datetime, zone: str) -> datetime:
        """The first instant from now on at which one more may leave."""
        today = local(now, zone).date()
        of_today = [mail for mail in mails if local(mail, zone).date() == today]
        if self.a_day and len(of_today) >= self.a_day:
            return at_local(today + timedelta(days=1), time(), zone)
        lately = [mail for mail in mails if mail > now - WEEK]
        if self.a_week and len(lately) >= self.a_week:
            return lately[-self.a_week] + WEEK
        return now

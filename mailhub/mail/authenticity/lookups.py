"""What the DNS said, as the pure rules ask it: through a resolver that they are given."""

from collections.abc import Sequence
from typing import Protocol


class NoAnswer(Exception):
    """The DNS did not answer in time, or badly: nobody knows, and it may be asked again (temperror)."""


class Resolver(Protocol):
    """Each gives what is there, empty where there is nothing of the kind, and raises NoAnswer where nobody knows.

    Names are asked as they stand, without a final dot; aliases (CNAME) have been followed.
    """

    def txt(self, name: str) -> Sequence[bytes]:
        """The strings of each record, joined."""

    def a(self, name: str) -> Sequence[str]: ...

    def aaaa(self, name: str) -> Sequence[str]: ...

    def mx(self, name: str) -> Sequence[tuple[int, str]]:
        """Preference and host of each."""

    def ptr(self, name: str) -> Sequence[str]:
        """The hosts of a reverse name, such as 1.2.0.192.in-addr.arpa."""

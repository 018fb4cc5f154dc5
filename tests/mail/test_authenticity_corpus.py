"""The vectors of other projects for SPF, DKIM and ARC: what they state, we find.

Every fifth file, by the hash of its name, was kept out while the rules were written; both figures are printed.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from mailhub.mail.authenticity import keys, marks, spf
from mailhub.mail.message import parse
from mailhub.mail.wire import crlf
from tests.mail.zones import TROUBLE, Zone

LEAST = 0.98
WHEN = datetime(2023, 2, 1, tzinfo=UTC)  # after the last of them was signed, and before any ends
RFC_RSA = (
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91"
    "y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
)
RFC_KEYS = {  # RFC 8463 appendix A.2, of the messages that several projects took from there
    "brisbane._domainkey.football.example.com": "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "test._domainkey.football.example.com": f"v=DKIM1; k=rsa; p={RFC_RSA}",
}
_FAILS = "states no result; a seal that says «fail» makes the chain fail (RFC 8617 section 5.2)"
UNSTATED = {  # file: why it is not counted
    "arc_cv_fail_i1_as_cv_fail.eml": _FAILS,
    "arc_cv_fail_i2_as2_fail.eml": _FAILS,
    "multipart-no-end-boundary.msg": "its key is published nowhere any more",
    "ed25519test2.msg": "states no result, and the verifier it comes with finds it broken",
}
DIFFERS = {  # file and test: why we find something else, which counts against us
    "mail-auth_spf_ip.yml sender@test.org 3": "an ip6 network for an IPv4 sender; not so in RFC 7208 section 5.6",
    "mail-auth_spf_macro.yml strong-bad@email.example.com 1": "AAAA for exists; RFC 7208 section 5.7 asks for A",
}


@dataclass(frozen=True)
class Vector:
    """One thing a project states, and what we find."""

    kind: str
    file: str
    name: str
    stated: tuple[str, ...]
    found: str

    @property
    def was_kept_out(self) -> bool:
        return int(hashlib.sha256(self.file.rpartition("/")[2].encode()).hexdigest(), 16) % 5 == 0


def vectors(corpus: Path) -> Iterator[Vector]:
    for line in (corpus / "auth" / "EXPECT.jsonl").read_text().splitlines():
        entry = json.loads(line)
        name = entry["file"].rpartition("/")[2]
        if name in UNSTATED:
            continue
        path = corpus / entry["file"]
        if entry["source"] == "spf-rfc7208":
            yield from of_suite(entry["file"], json.loads(path.read_text()))
        elif entry["type"] == "spf":
            yield from of_scenarios(entry["file"], path.read_text())
        elif entry["type"] == "arc":
            yield of_chain(entry, path)
        else:
            yield from of_signatures(entry, path)


def of_suite(file: str, suite: dict[str, Any]) -> Iterator[Vector]:
    """RFC 7208's own test suite."""
    zone = Zone()
    for name, rows in suite["zonedata"].items():
        has_text = any("TXT" in row for row in rows if row != TROUBLE)
        for row in rows:
            if row == TROUBLE:
                zone.silent.add(name.lower())
                continue
            for kind, value in row.items():
                kind = "TXT" if kind == "SPF" and not has_text else kind
                if value != "NONE":
                    zone.put(name, kind, _value(kind, value))
    for name, test in suite["tests"].items():
        found = spf.check(test["host"], test["helo"], test.get("mailfrom", ""), zone)
        stated = test["result"] if isinstance(test["result"], list) else [test["result"]]
        yield Vector("spf", file, name, tuple(stated), found.verdict)


def _value(kind: str, value: Any) -> Any:
    if kind in ("TXT", "SPF"):
        return "".join(value if isinstance(value, list) else [value]).encode("latin-1")
    return tuple(value) if kind == "MX" else value


def of_scenarios(file: str, text: str) -> Iterator[Vector]:
    """Another project's scenarios: a few records, then who sends and what should come of it."""
    for scenario in text.split("\n---\n"):
        zone, tests = Zone(), []
        for line in scenario.splitlines():
            key, _, value = line.strip().lstrip("- ").partition(":")
            if key in ("spf", "exp", "a", "aaaa", "mx", "ptr"):
                _record(zone, key, *value.split(maxsplit=1))
            elif key == "domain":
                tests.append({key: value.strip()})
            elif key in ("sender", "ip", "expect"):
                tests[-1][key] = value.strip()
        zone.silent |= {f"_dns_error.{name.partition('.')[2]}" for name, _ in zone.rows}
        for number, test in enumerate(tests):
            found = spf.check(test["ip"], test["domain"], test["sender"], zone)
            stated = test["expect"].split()[0]
            yield Vector("spf", file, f"{test['sender']} {number}", (stated,), found.verdict)


def _record(zone: Zone, kind: str, name: str, value: str) -> None:
    if kind in ("spf", "exp"):
        zone.put(name, "TXT", value.encode())
    elif kind == "ptr":
        zone.put(ip_address(name).reverse_pointer, "PTR", value.strip())
    elif kind == "mx":
        for number, address in enumerate(value.split(",")):
            zone.put(name, "MX", (10, f"mx{number}.{name}"))
            _record(zone, "aaaa" if ":" in address else "a", f"mx{number}.{name}", address)
    else:
        zone.put(name, kind.upper(), *(address.strip() for address in value.split(",")))


def of_chain(entry: dict[str, Any], path: Path) -> Vector:
    if "cv" in entry:
        zone, raw, stated = Zone.of_texts(entry["dns_txt"]), path.read_bytes(), entry["cv"].lower()
    else:
        (zone, raw), stated = _with_records(path), "pass"
    raw = crlf(raw)
    found = keys.judge_chain(marks.read(raw, parse(raw)).chain, zone, WHEN)
    return Vector("arc", entry["file"], "cv", (stated,), found.verdict)


def of_signatures(entry: dict[str, Any], path: Path) -> Iterator[Vector]:
    """Every signature of a message whose key is known holds: nobody keeps the broken ones here."""
    zone, raw = _with_records(path) if path.suffix == ".txt" else (Zone.of_texts(RFC_KEYS), path.read_bytes())
    raw = crlf(raw)
    for signature in marks.read(raw, parse(raw)).signatures:
        if "dns" in entry and signature.domain == "test.ex":
            zone.put(f"{signature.selector}._domainkey.{signature.domain}", "TXT", entry["dns"].strip().encode())
        found = keys.judge(signature, zone, WHEN)
        yield Vector("dkim", entry["file"], signature.algorithm, ("pass",), found.verdict)


def _with_records(path: Path) -> tuple[Zone, bytes]:
    """A file whose first lines are records, then the message."""
    head, _, raw = crlf(path.read_bytes()).partition(b"\r\n\r\n")
    records = (line.split(b" ", 1) for line in head.split(b"\r\n"))
    return Zone.of_texts({name.decode(): text.decode() for name, text in records}), raw


def test_what_the_vectors_of_other_projects_state_is_found(corpus: Path) -> None:
    right: Counter[tuple[str, bool]] = Counter()
    stated: Counter[tuple[str, bool]] = Counter()
    missed: list[str] = []
    for vector in vectors(corpus):
        stated[vector.kind, vector.was_kept_out] += 1
        right[vector.kind, vector.was_kept_out] += vector.found in vector.stated
        if vector.found not in vector.stated:
            missed.append(f"{vector.file.rpartition('/')[2]} {vector.name}")
            why = DIFFERS.get(missed[-1], "for no reason we know")
            print(f"{missed[-1]}: states {' or '.join(vector.stated)}, we find {vector.found}: {why}")
    for kind, was_kept_out in sorted(stated):
        which = "kept out while building" if was_kept_out else "seen while building"
        print(f"{kind}, {which}: {right[kind, was_kept_out]} of {stated[kind, was_kept_out]}")
    print(*(f"not counted: {file}: {why}" for file, why in UNSTATED.items()), sep="\n")
    for kind in {kind for kind, _ in stated}:
        counts = [sum(counter[kind, out] for out in (False, True)) for counter in (right, stated)]
        assert counts[0] / counts[1] >= LEAST, kind
    assert set(missed) == set(DIFFERS)

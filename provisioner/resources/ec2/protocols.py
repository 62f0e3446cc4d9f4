"""Internet protocols, which security groups show by name and network ACLs by number."""

from __future__ import annotations

_NUMBERS = {"all": "-1", "icmp": "1", "tcp": "6", "udp": "17", "icmpv6": "58"}
_NAMES = {number: name for name, number in _NUMBERS.items() if name != "all"}

ICMP = frozenset({"icmp", "icmpv6"})
WITH_PORTS = frozenset({"tcp", "udp"})


def number(protocol: str) -> str:
    """`tcp` is `6`; `-1` is all of them."""
    return _NUMBERS.get(protocol.lower(), protocol)


def name(protocol: str) -> str:
    """`6` is `tcp`; what has no name of its own stays a number."""
    return _NAMES.get(number(protocol), number(protocol))


def ports(protocol: str, first: int | None, last: int | None) -> tuple[int | None, int | None]:
    """The ports of a rule as AWS shows them: one is a range of one, none given are all. ICMP has a type and a code instead."""
    if name(protocol) in WITH_PORTS:
        return (0, 65535) if first is None else (first, first if last is None else last)
    if name(protocol) in ICMP:
        return (-1 if first is None else first, -1 if last is None else last)
    return None, None

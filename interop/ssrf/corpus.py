"""Hosts that a stranger may name, and where they lead."""

from dataclasses import dataclass
from ipaddress import ip_address

from resolver import Name

ZONE = "hosts.example"
PUBLIC, PUBLIC_TOO, PUBLIC_6, HANGS_UP = "8.8.4.4", "1.0.0.1", "2606:4700:4700::1001", "8.8.8.8"

# RFC 6890 and the registries of IANA, and what clouds answer at.
SPECIAL_4 = """0.0.0.1 10.0.0.1 10.255.255.254 100.64.0.1 100.100.100.200 127.0.0.1 127.0.0.53 127.255.255.254
168.63.129.16 169.254.169.254 169.254.170.2 169.254.0.1 172.16.0.1 172.31.255.254 192.0.0.1 192.0.0.192 192.0.2.1
192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.1 192.168.255.254 192.175.48.1 198.18.0.1 198.19.255.254
198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 0.0.0.0""".split()
SPECIAL_6 = """::1 :: ::2 fe80::1 fec0::1 fc00::1 fd00:ec2::254 fd20:ce::254 ff02::1 ff0e::1 100::1 100:0:0:1::1
2001:db8::1 3fff::1 5f00::1 2001:2::1 2001:10::1 2001:20::1 2620:4f:8000::1""".split()
# Addresses of IPv4 in IPv6: mapped, compatible, translated, NAT64 in its well-known and its local prefix, 6to4, Teredo.
EMBEDDED = [
    form
    for inner in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.0.1")
    for form in (
        f"::ffff:{inner}",
        f"::{inner}",
        f"::ffff:0:{inner}",
        f"64:ff9b::{inner}",
        f"64:ff9b:1::{inner}",
        str(ip_address((0x2002 << 112) | int(ip_address(inner)) << 80 | 1)),
        str(ip_address((0x20010000 << 96) | int(ip_address("8.8.8.8")) << 64 | (int(ip_address(inner)) ^ 0xFFFFFFFF))),
        str(ip_address((0x20010000 << 96) | int(ip_address(inner)) << 64 | 1)),
    )
]
SPECIAL = SPECIAL_4 + SPECIAL_6 + EMBEDDED

# What the parsers of URLs, resolvers and sockets have taken for an address at one time or another.
SPELLINGS = """127.1 127.0.1 0 0x7f000001 0x7f.1 0177.0.0.1 2130706433 017700000001 0x7f.0x0.0x0.0x1 127.0.0.1.
0xa9fea9fe 2852039166 169.254.43518 0xA9.0xFE.0xA9.0xFE 10.1 0x0a.1 192.168.257 %31%32%37.0.0.1 [::ffff:7f00:1]
[0:0:0:0:0:ffff:127.0.0.1] [::127.0.0.1] [0000::0001] localhost localhost. LOCALHOST a.localhost a.localhost.
metadata.google.internal metadata metadata. printer.local host.localdomain router.home.arpa intranet
８.８.８.８@127.0.0.1 １２７.0.0.1 ①②⑦.⓪.⓪.① 127。0。0。1 ⓛocalhost""".split()


@dataclass
class Case:
    """A host, and whether something may be sent to it."""

    host: str
    what: str
    is_reached: bool = False


def names() -> tuple[dict[str, Name], list[Case]]:
    """The names of the resolver, and what each stands for."""
    known: dict[str, Name] = {}
    cases: list[Case] = []

    def add(label: str, what: str, name: Name, is_reached: bool = False) -> None:
        host = f"{label}.{ZONE}"
        known[host] = name
        cases.append(Case(host, what, is_reached))

    for index, address in enumerate(SPECIAL):
        add(f"one-{index}", f"a name that leads to {address}", Name([address]))
        known[f"one-{index}.alias.example"] = Name([address])
        add(f"alias-{index}", f"an alias of an alias of {address}", Name([address], aliases=[f"b.{ZONE}", "localhost"]))
    for index, address in enumerate(["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1"]):
        add(f"first-{index}", f"{address} before a public address", Name([address, PUBLIC, PUBLIC_6]))
        add(f"last-{index}", f"{address} behind public addresses", Name([PUBLIC, PUBLIC_6, PUBLIC_TOO, address]))
        add(f"rebound-{index}", f"public first, then {address}", Name([PUBLIC], later=[address]), is_reached=True)
        hung_up = Name([HANGS_UP], later=[address])
        add(f"hung-up-{index}", f"public and hung up on, then {address}", hung_up, is_reached=True)
        both = Name([PUBLIC, PUBLIC_6], later=[address])
        add(f"rebound-6-{index}", f"public by both families, then {address}", both, is_reached=True)
    for refusal in ("NXDOMAIN", "SERVFAIL", "REFUSED"):
        add(f"refused-{refusal.lower()}", f"a name that is answered with {refusal}", Name([], refusal=refusal))
    add("empty", "a name without addresses", Name([]))
    # What is local by definition is asked of nobody, so that nobody may say where it leads.
    for spelling in SPELLINGS:
        known.setdefault(spelling.strip(".").lower(), Name(["127.0.0.1"]))
    return known, cases


def literals() -> list[Case]:
    """Addresses and local names written into a URL."""
    written = [f"[{address}]" if ":" in address else address for address in SPECIAL]
    return [Case(host, f"the literal {host}") for host in written + SPELLINGS]


def local_names() -> list[str]:
    return [spelling.strip(".").lower() for spelling in SPELLINGS if not spelling[0].isdigit() and spelling[0] != "["]

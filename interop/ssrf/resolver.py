"""A resolver that lies: it answers whatever a name was given, another time something else."""

import socket
import struct
import threading
from dataclasses import dataclass, field
from ipaddress import ip_address

A, CNAME, AAAA = 1, 5, 28
REFUSALS = {"SERVFAIL": 2, "NXDOMAIN": 3, "REFUSED": 5}


@dataclass
class Name:
    """What a resolver says of a name: at the first question for each kind of address, and afterwards."""

    first: list[str]
    later: list[str] | None = None
    aliases: list[str] = field(default_factory=list)
    refusal: str | None = None
    asked: dict[int, int] = field(default_factory=dict)

    def says(self, kind: int) -> list[str]:
        times = self.asked[kind] = self.asked.get(kind, 0) + 1
        all_of_them = self.first if times == 1 or self.later is None else self.later
        version = 4 if kind == A else 6
        return [address for address in all_of_them if ip_address(address).version == version]


class Resolver:
    """Answers at one address, over UDP."""

    def __init__(self, address: str, names: dict[str, Name]) -> None:
        self.names = names
        self.questions: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 53))
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            question, sender = self._socket.recvfrom(4096)
            self._socket.sendto(self._answer(question), sender)

    def _answer(self, question: bytes) -> bytes:
        name, end = read_name(question, 12)
        kind = struct.unpack("!H", question[end : end + 2])[0]
        asked = question[12 : end + 4]
        self.questions.append(name)
        known = self.names.get(name)
        if known is None or known.refusal:
            code = REFUSALS[known.refusal if known else "NXDOMAIN"]
            return question[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, 0, 0, 0) + asked
        records, owner = [], name
        for alias in known.aliases:
            records.append(record(owner, CNAME, written(alias)))
            owner = alias
        if kind in (A, AAAA):
            records += [record(owner, kind, ip_address(address).packed) for address in known.says(kind)]
        return question[:2] + struct.pack("!HHHHH", 0x8180, 1, len(records), 0, 0) + asked + b"".join(records)


def record(owner: str, kind: int, value: bytes) -> bytes:
    # Nobody may keep it: the next question is answered anew.
    return written(owner) + struct.pack("!HHIH", kind, 1, 0, len(value)) + value


def written(name: str) -> bytes:
    labels = [label.encode() for label in name.strip(".").split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def read_name(message: bytes, at: int) -> tuple[str, int]:
    labels = []
    while length := message[at]:
        labels.append(message[at + 1 : at + 1 + length].decode("latin-1").lower())
        at += 1 + length
    return ".".join(labels), at + 1

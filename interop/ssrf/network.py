"""A network of its own in which every address answers, and every packet is seen."""

import os
import select
import socket
import ssl
import struct
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

LOOPBACK = "lo"
# linux/if_packet.h, linux/if_ether.h
ETH_P_ALL, SOL_PACKET, PACKET_OUTGOING, PACKET_STATISTICS = 3, 263, 4, 6
# asm-generic/socket.h: more than the machine allows, for those who may.
SO_RCVBUFFORCE = 33
IPV6_ONLY_HEADERS = {0, 43, 60}
TCP, UDP = 6, 17


def rises(resolver: str, folder: Path) -> None:
    """Brings up what this namespace has: all of IPv4 and IPv6 is this machine, and one resolver knows the names."""
    for words in (
        ["link", "set", LOOPBACK, "up"],
        ["route", "add", "local", "0.0.0.0/0", "dev", LOOPBACK],
        ["-6", "route", "add", "local", "::/0", "dev", LOOPBACK],
    ):
        subprocess.run(["ip", *words], check=True)
    for name, text in (
        ("resolv.conf", f"nameserver {resolver}\noptions timeout:2 attempts:1\n"),
        ("nsswitch.conf", "hosts: dns\n"),
    ):
        here, there = folder / name, Path("/etc") / name
        here.write_text(text)
        if not there.exists() and not there.is_symlink():
            continue
        subprocess.run(["mount", "--bind", here, there.resolve()], check=True)


class Packets:
    """What leaves any program of this namespace, by destination."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        for option in (socket.SO_RCVBUF, SO_RCVBUFFORCE):
            with suppress(PermissionError):
                self._socket.setsockopt(socket.SOL_SOCKET, option, 64 << 20)
        self._socket.bind((LOOPBACK, ETH_P_ALL))
        self._seen: list[tuple[str, int]] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def to(self, allowed: set[str]) -> list[str]:
        """The destinations that are none of these, after what was sent has been seen."""
        self.settle()
        return sorted({f"{address} port {port}" for address, port in self._seen if address not in allowed})

    def count(self, address: str | None = None) -> int:
        self.settle()
        return sum(1 for there, _ in self._seen if address in (None, there))

    def forget(self) -> None:
        self.settle()
        self._seen.clear()

    def settle(self) -> None:
        """Waits until nothing is left to be read."""
        while select.select([self._socket], [], [], 0.03)[0]:
            threading.Event().wait(0.01)

    def lost(self) -> int:
        """How many packets came too fast to be seen, since the last time this was asked."""
        return struct.unpack("II", self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]

    def _listen(self) -> None:
        while True:
            frame, address = self._socket.recvfrom(65536)
            # On loopback each packet passes twice: as it leaves, and as it comes.
            if address[2] == PACKET_OUTGOING and (found := destination(frame[14:])):
                self._seen.append(found)


def destination(packet: bytes) -> tuple[str, int] | None:
    """Where a packet of TCP or UDP goes; answers of the kernel itself are neither."""
    if packet[0] >> 4 == 4:
        protocol, rest = packet[9], packet[(packet[0] & 15) * 4 :]
        address = socket.inet_ntop(socket.AF_INET, packet[16:20])
    else:
        protocol, rest = packet[6], packet[40:]
        address = socket.inet_ntop(socket.AF_INET6, packet[24:40])
        while protocol in IPV6_ONLY_HEADERS:
            protocol, rest = rest[0], rest[(rest[1] + 1) * 8 :]
    return (address, struct.unpack("!H", rest[2:4])[0]) if protocol in (TCP, UDP) else None


class Sites:
    """A web site at every address, over https, whose certificate holds for the names and addresses of the corpus."""

    def __init__(self, folder: Path, answer) -> None:
        self._answer = answer
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "site.pem", folder / "site.key")
        self.hangs_up_at: set[str] = set()
        for family, anywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            listener = socket.socket(family, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind((anywhere, 443))
            listener.listen(64)
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        if connection.getsockname()[0] in self.hangs_up_at:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
            return
        try:
            connection.settimeout(5)
            with self._context.wrap_socket(connection, server_side=True) as secured:
                asked = secured.recv(65536).decode("latin-1")
                host = next((line[6:].strip() for line in asked.splitlines() if line.lower().startswith("host:")), "")
                status, headers, body = self._answer(host, asked.split(" ")[1])
                lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
                head = f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n{lines}\r\n"
                secured.sendall(head.encode() + body)
        except OSError:
            pass


def answers(address: str, root: Path) -> bool:
    """Whether a site at an address can be reached: what a guard has to keep a server from."""
    context = ssl.create_default_context(cafile=root)
    context.check_hostname = False
    try:
        with socket.create_connection((address, 443), timeout=2) as connection:
            with context.wrap_socket(connection) as secured:
                secured.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
                return secured.recv(16).startswith(b"HTTP/1.1")
    except OSError:
        return False


def certificate(folder: Path, names: list[str], addresses: list[str]) -> None:
    """Makes a root, and a certificate for all of these that it has signed."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    alternatives = [f"DNS:{name}" for name in names] + [f"IP:{address}" for address in addresses]
    (folder / "names").write_text("subjectAltName=" + ",".join(alternatives))
    for words in (
        ["req", *key, "-x509", "-days", "2", "-subj", "/CN=a root of its own", "-keyout", "root.key", "-out", "root.pem"]
        + ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"],
        ["req", *key, "-subj", "/CN=everywhere", "-keyout", "site.key", "-out", "site.csr"],
        ["x509", "-req", "-in", "site.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "2"]
        + ["-extfile", "names", "-out", "site.pem"],
    ):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
    os.chmod(folder / "site.key", 0o600)

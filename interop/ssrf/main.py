"""Asks a server to fetch from hosts that lead inside, in a network of its own where every address answers.

Nothing may be sent to an address that is not public. Started by `cargo xtask ssrf` in namespaces of its own, with
the program of the server, which is run as on a public host.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import corpus  # noqa: E402
from checks import StopRun, check, equal, failed, finish, present  # noqa: E402
from corpus import HANGS_UP, PUBLIC, PUBLIC_6, PUBLIC_TOO, ZONE, Case  # noqa: E402
from doors import Server, site  # noqa: E402
from network import Packets, Sites, answers, certificate, rises  # noqa: E402
from resolver import Name, Resolver  # noqa: E402

RESOLVER, HERE, PORT = "9.9.9.53", "9.9.9.9", 3000
OPEN = f"open.{ZONE}"
ALLOWED = {RESOLVER, HERE, PUBLIC, PUBLIC_6, PUBLIC_TOO, HANGS_UP}
# What the kernel itself sends nothing to over TCP, so that no guard is needed.
NOWHERE = {"0.0.0.0", "fe80::1", "255.255.255.255", "::", "224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1", "240.0.0.1"}


def main(program: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rises(RESOLVER, folder)
        names, cases = corpus.names()
        names[OPEN] = Name([PUBLIC, PUBLIC_6])
        certificate(folder, [f"*.{ZONE}", "localhost"], corpus.SPECIAL)
        packets, resolver, sites = Packets(), Resolver(RESOLVER, names), Sites(folder, site)
        sites.hangs_up_at = {HANGS_UP}
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen([program], cwd=folder, env=settings(folder), stdout=log, stderr=log)
        try:
            run(Server(HERE, PORT, "https://mcp.example.com"), packets, resolver, cases, folder)
        except StopRun:
            print((folder / "log").read_text()[-4000:])
        except Exception as error:
            failed("the corpus", error)
            print((folder / "log").read_text()[-4000:])
        finally:
            server.kill()
            server.wait()
    finish()


def settings(folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "BASE_URL": "https://mcp.example.com",
        "LISTEN": f"{HERE}:{PORT}",
        "AUTH_SECRET": "a-secret-of-a-server-that-is-thrown-away",
        "RATE_LIMIT": "off",
        # The sites are trusted as any on the internet, so that nothing but the guard keeps the server from them.
        "SSL_CERT_FILE": str(folder / "root.pem"),
    }


def run(server: Server, packets: Packets, resolver: Resolver, cases: list[Case], folder: Path) -> None:
    every_address_answers(packets, folder)
    starts(server)
    packets.forget()
    public_hosts_are_fetched(server, packets)
    asked = documents(server, cases + corpus.literals(), packets)
    asked += sectors(server, cases + corpus.literals(), packets)
    asked += keys(server, cases + corpus.literals(), packets)
    asked += redirects(server, packets)
    with check("names that are local by definition are asked of no resolver"):
        equal([name for name in resolver.questions if name in corpus.local_names()], [], "questions")
    with check("nothing was refused for being too much, and so for nothing else"):
        equal("too_many" in (folder / "log").read_text(), False, "a budget that was spent")
    with check("no packet was missed"):
        equal(packets.lost(), 0, "lost packets")
    hosts = len({case.host for case in cases + corpus.literals()})
    print(f"proof: {hosts} hosts that lead inside, asked for {asked} times by documents, sectors, keys and "
          f"redirects: none of {packets.count()} packets went to an address that is not public", flush=True)


def every_address_answers(packets: Packets, folder: Path) -> None:
    with check("every address of the corpus answers to whoever asks, and is seen to be asked"):
        for address in corpus.SPECIAL:
            before = packets.count()
            if answers(address, folder / "root.pem"):
                present(packets.count() > before, f"a packet to {address}")
            elif address not in NOWHERE:
                raise AssertionError(f"{address} does not answer")


def starts(server: Server) -> None:
    with check("the server starts"):
        for _ in range(300):
            try:
                equal(server.asks("GET", "/api/auth/ok")[0], 200, "status")
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("it does not answer")


def public_hosts_are_fetched(server: Server, packets: Packets) -> None:
    with check("a document at a public host makes a client"):
        status, told = server.authorizes(f"https://{OPEN}/client.json")
        equal((status, told.split("?")[0]), (302, "/sign-in"), "answer")
    with check("a sector at a public host is read"):
        equal(server.registers(**sector(OPEN))[0], 201, "status")
    with check("keys at a public host are read"):
        _, client = server.registers(**with_keys(OPEN))
        present("signature" in server.proves(client["client_id"])[1]["error_description"], "a judged signature")
    with check("all of that was seen"):
        present(packets.count(PUBLIC) + packets.count(PUBLIC_6) > 0, "packets to the public host")
        equal(packets.to(ALLOWED), [], "other packets")


def documents(server: Server, cases: list[Case], packets: Packets) -> int:
    shown = set()
    with check("documents at hosts that lead inside make no client"):
        for case in cases:
            answer = server.authorizes(f"https://{case.host}/client.json")
            if case.is_reached and not case.what.startswith("public and hung up"):
                equal(answer[0], 302, f"the status for {case.what}, the first time")
            else:
                equal(answer[0], 400, f"the status for {case.what}")
                shown.add(answer[1])
    with check("whoever asks is told the same of every host that is asked"):
        # Some are no URLs of documents, whatever they lead to.
        equal(len({text for text in shown if "cannot be fetched" in text}), 1, "different pages")
        present(len(shown) <= 3, f"few pages among {shown}")
    with check("documents: no packet leaves for an address that is not public"):
        equal(packets.to(ALLOWED), [], "other packets")
    return len(cases)


def sectors(server: Server, cases: list[Case], packets: Packets) -> int:
    with check("sectors at hosts that lead inside are refused"):
        for case in cases:
            status, answer = server.registers(**sector(case.host))
            equal((status, answer.get("error")), (400, "invalid_client_metadata"), f"the answer for {case.what}")
    with check("sectors: no packet leaves for an address that is not public"):
        equal(packets.to(ALLOWED), [], "other packets")
    return len(cases)


def keys(server: Server, cases: list[Case], packets: Packets) -> int:
    registered = 0
    with check("keys at hosts that lead inside prove nobody"):
        for case in cases:
            status, client = server.registers(**with_keys(case.host))
            if status == 201:
                registered += 1
                status, answer = server.proves(client["client_id"])
                equal((status, answer.get("error")), (401, "invalid_client"), f"the answer for {case.what}")
                equal("signature" in answer["error_description"], False, f"a judged signature for {case.what}")
            else:
                equal((status, client.get("error")), (400, "invalid_client_metadata"), f"the answer for {case.what}")
        present(registered > len(cases) / 2, "most of the registrations")
    with check("keys of documents prove nobody either"):
        for index, address in enumerate(corpus.SPECIAL[:40]):
            host = f"[{address}]" if ":" in address else address
            client_id = f"https://{OPEN}/{index}.json?https://{host}/keys.json"
            equal(server.authorizes(client_id)[0], 302, f"the status of a document with keys at {address}")
            equal(server.proves(client_id)[0], 401, f"the status for keys at {address}")
    with check("keys: no packet leaves for an address that is not public"):
        equal(packets.to(ALLOWED), [], "other packets")
    return registered


def redirects(server: Server, packets: Packets) -> int:
    asked = 0
    with check("redirects are followed nowhere"):
        for status in (301, 302, 303, 307, 308):
            for target in ("https://127.0.0.1/client.json", "https://[::1]/", "http://169.254.169.254/", "//10.0.0.1/"):
                url = f"https://{OPEN}/to/{status}?{target}"
                equal(server.authorizes(url)[0], 400, f"the status for {status} to {target}")
                equal(server.registers(**{**sector(OPEN), "sector_identifier_uri": url})[0], 400, "status")
                asked += 2
    with check("redirects: no packet leaves for an address that is not public"):
        equal(packets.to(ALLOWED), [], "other packets")
    return asked


def sector(host: str) -> dict:
    return {"subject_type": "pairwise", "sector_identifier_uri": f"https://{host}/sector.json"}


def with_keys(host: str) -> dict:
    return {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": f"https://{host}/keys.json"}


if __name__ == "__main__":
    main(sys.argv[1])

"""schemathesis asks what the API description allows, and what it does not, and judges every answer by it.

Usage: BASE_URL=http://localhost:3000 REQUESTS=2000 python main.py

A run as nobody, a run as somebody, and more of both with other seeds until so many requests were sent.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
BASE = (sys.argv[1] if len(sys.argv) > 1 else os.environ.get("BASE_URL", "http://localhost:3000")).rstrip("/")
REQUESTS = int(os.environ.get("REQUESTS", "2000"))
NAME = f"schemathesis {version('schemathesis')}"
# The first runs go along the borders of every value too; those after them make more up.
FIRST = ("examples,coverage,fuzzing,stateful", "20")
LATER = ("fuzzing,stateful", "40")
MOST_LINES = 400
Answers = dict[str, Counter]


def asks(role: str, seed: int) -> tuple[str, Answers]:
    """One run of schemathesis: what it complains of, and how often each operation was answered with what."""
    phases, examples = FIRST if seed == 1 else LATER
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "answers.json")
        own = {"BASE_URL": BASE, "RUN_AS": role, "SEED": str(seed), "ANSWERS": str(told), "PYTHONPATH": str(HERE)}
        command = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"]
        command += ["--config-file", str(HERE / "schemathesis.toml"), "run"]
        command += [f"{BASE}/api/auth/openapi.json", "--no-color", "--warnings", "off"]
        command += ["--phases", phases, "--max-examples", examples, "--seed", str(seed)]
        # Credentials that are made up would stand in the way of somebody's own.
        command += ["--generation-with-security-parameters", "false" if role == "somebody" else "true"]
        ended = subprocess.run(command, cwd=folder, env={**os.environ, **own}, capture_output=True, text=True)
        counted = json.loads(told.read_text()) if told.exists() else {}
    answers = {label: Counter({int(status): n for status, n in found.items()}) for label, found in counted.items()}
    return ("" if ended.returncode == 0 else complaints(ended.stdout + ended.stderr)), answers


def complaints(output: str) -> str:
    """What failed, with the requests to repeat it by; without the figures before and after."""
    found = re.search(r"=+ (ERRORS|FAILURES) =+\n.*?(?==+ SUMMARY =+|\Z)", output, re.DOTALL)
    return "\n".join((found[0] if found else output).splitlines()[:MOST_LINES])


def well(label: str, status: int) -> bool:
    """Whether an answer lets somebody go on. Without content are those to OPTIONS, and to what deletes."""
    return status < 400 and (status != 204 or label.startswith("DELETE"))


class Verdict:
    def __init__(self):
        self.passed = self.failed = 0

    def says(self, name: str, wrong: str, right: str = "") -> None:
        if wrong:
            self.failed += 1
            print(f"FAIL {name}: {wrong}", flush=True)
        else:
            self.passed += 1
            print(f"ok {name}{right}", flush=True)


def main() -> int:
    print(f"# {NAME}, Python {sys.version.split()[0]}", flush=True)
    verdict, total, sent, seed = Verdict(), defaultdict(Counter), 0, 0
    while seed == 0 or (sent < REQUESTS and not verdict.failed):
        seed += 1
        for role in ("nobody", "somebody"):
            found, answers = asks(role, seed)
            number = sum(counter.total() for counter in answers.values())
            for label, counter in answers.items():
                total[label] += counter
            sent += number
            wrong = found or ("" if number else "nothing was asked")
            verdict.says(f"{role}, seed {seed}", wrong, f": {number} requests, every answer as described")
    errors = [label for label, counter in total.items() if any(status >= 500 for status in counter)]
    verdict.says("no answer of 5xx", ", ".join(errors))
    unreached = [label for label, counter in total.items() if not any(well(label, status) for status in counter)]
    verdict.says("every operation was answered well at least once", ", ".join(unreached))
    good = sum(n for label, counter in total.items() for status, n in counter.items() if well(label, status))
    if not verdict.failed:
        told = "no 5xx, and every answer is as described"
        print(f"proof: {sent} requests by {NAME} to {len(total)} operations, of which {good} were answered well: {told}")
    print(f"{verdict.passed} passed, {verdict.failed} failed")
    return 1 if verdict.failed else 0


sys.exit(main())

"""Counts what a client found: one line a check, one line at the end."""

import sys
from contextlib import contextmanager

_counts = {"passed": 0, "failed": 0}


class StopRun(Exception):
    """Ends a scenario after a failed check, because what follows stands on it."""


@contextmanager
def check(name: str):
    """Runs one check, which fails when its body raises."""
    try:
        yield
    except StopRun:
        raise
    except Exception as error:
        _counts["failed"] += 1
        print(f"FAIL {name}: {told(error)}", flush=True)
        raise StopRun from error
    _counts["passed"] += 1
    print(f"ok {name}", flush=True)


def failed(name: str, error: BaseException) -> None:
    """Notes a failure outside of any check."""
    _counts["failed"] += 1
    print(f"FAIL {name}: {told(error)}", flush=True)


def equal(actual, expected, what: str) -> None:
    """Raises with both values when they differ."""
    if actual != expected:
        raise AssertionError(f"{what} is {actual!r}, expected {expected!r}")


def present(value, what: str):
    """Raises when the value is missing; hands it on otherwise."""
    if not value:
        raise AssertionError(f"{what} is missing")
    return value


def finish() -> None:
    """Prints the total and ends the process, with 1 if anything failed."""
    print(f"{_counts['passed']} passed, {_counts['failed']} failed", flush=True)
    sys.exit(1 if _counts["failed"] or not _counts["passed"] else 0)


def innermost(error: BaseException) -> BaseException:
    """The one error inside the groups that task groups wrap around it."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def told(error: BaseException) -> str:
    error = innermost(error)
    return f"{type(error).__name__}: {error}".replace("\n", " ")

"""python -m tests.benchmarks: everything that the README says about speed, measured here and now, as a table.

Speeds are told beside something run in the same session: a bare interpreter, the longest path of a graph, the longest chain of
calls.
"""

from __future__ import annotations

import sys

import structlog

from . import measures, resilience


def main() -> None:
    """Measure, and print a Markdown table."""
    structlog.configure(processors=[_drop])
    print("| what | measured | beside | ratio |")
    print("| --- | --- | --- | --- |")
    every = {**measures.ALL, **resilience.ALL}
    for name in sys.argv[1:] or every:
        for row in every[name]():
            print(f"| {row.what} | {row.measured} | {row.beside} | {row.ratio} |", flush=True)


def _drop(_: object, __: str, ___: object) -> str:
    raise structlog.DropEvent


if __name__ == "__main__":
    main()

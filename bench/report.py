"""Figures with what they are set against, and whether they reach the design's bar."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. `peer` is what it is set against, in the same run; `reached` is None without a bar."""

    what: str
    ours: str
    peer: str
    ratio: str
    bar: str
    reached: bool | None = None


_HEAD = Figure("what", "ours", "beside", "ratio", "bar")


def show(title: str, figures: Sequence[Figure]) -> None:
    """Print a section as an aligned table."""
    rows = [_cells(_HEAD, "")] + [_cells(figure, _verdict(figure)) for figure in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    print(f"\n{title}\n{'-' * len(title)}")
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def times(ours: float, peer: float) -> str:
    """How many times the peer."""
    return f"{ours / peer:.2f}x" if peer else "-"


def ms(seconds: float) -> str:
    """Seconds as milliseconds."""
    return f"{seconds * 1000:.2f} ms"


def _cells(figure: Figure, verdict: str) -> tuple[str, ...]:
    return figure.what, figure.ours, figure.peer, figure.ratio, figure.bar, verdict


def _verdict(figure: Figure) -> str:
    if figure.reached is None:
        return ""
    return "reached" if figure.reached else "NOT REACHED YET"

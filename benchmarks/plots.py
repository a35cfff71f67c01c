"""Draws the tables that were kept in `results/`: one picture for each.

python benchmarks/plots.py
"""

from typing import Any

import matplotlib as mpl
from results import FOLDER, load

mpl.use("agg")

from matplotlib import pyplot as plt

__all__ = ["draw_bulk", "draw_one_conflict"]

_OWN, _HAND, _OTHER = "#d1495b", "#30638e", "#9aa5b1"
_SIZE = 4


def draw_one_conflict(rows: list[dict[str, Any]]) -> None:
    """Times of the floor at four registrations, and the growth with the registrations."""
    figure, (bars, lines) = plt.subplots(1, 2, figsize=(13, 5.5), layout="constrained")
    four = sorted(
        (row for row in rows if row["registrations"] == _SIZE), key=lambda row: row["of by hand"]
    )
    bars.barh(
        [row["who"] for row in four],
        [row["of by hand"] for row in four],
        color=[_color(row["who"]) for row in four],
    )
    for place, row in enumerate(four):
        text = f" {row['of by hand']:,.1f}-fold, {row['µs, least']:,.1f} µs"
        bars.text(row["of by hand"], place, text, va="center", fontsize=8)
    bars.set(xscale="log", title="A conflict of 4 registrations", xlim=(0.8, 20_000))
    bars.set_xlabel("times Python by hand that only says who gets what (CPU, log)")
    bars.invert_yaxis()
    for who in (row["who"] for row in four):
        own = [row for row in rows if row["who"] == who]
        lines.plot(
            [row["registrations"] for row in own],
            [row["µs, least"] for row in own],
            color=_color(who),
            marker="o",
            markersize=3,
        )
    _label(lines, [row for row in rows if row["registrations"] == rows[-1]["registrations"]])
    lines.set(xscale="log", yscale="log", title="Growth", xlim=(1.7, 12_000), ylim=(1, 40_000))
    lines.set_xlabel("registrations of the conflict")
    lines.set_ylabel("µs of CPU for a conflict, least")
    lines.set_xticks([2, 4, 16, 256], ["2", "4", "16", "256"])
    lines.minorticks_off()
    figure.savefig(FOLDER / "one_conflict_peers.png", dpi=110)


def _label(lines: Any, last: list[dict[str, Any]]) -> None:
    """The names beside the ends of the lines, moved apart where they would overlap."""
    height = 0.0
    for row in sorted(last, key=lambda row: row["µs, least"]):
        height = max(row["µs, least"], height * 1.35)
        lines.annotate(
            row["who"],
            (row["registrations"], row["µs, least"]),
            xytext=(row["registrations"] * 1.4, height),
            va="center",
            fontsize=7,
            arrowprops={"arrowstyle": "-", "color": "#cccccc", "linewidth": 0.5},
        )


def draw_bulk(rows: list[dict[str, Any]]) -> None:
    """The CPU time of a table, beside Polars by hand."""
    parts = list(dict.fromkeys((row["rows"], row["how"]) for row in rows))
    figure, panels = plt.subplots(1, len(parts), figsize=(13, 3.2), layout="constrained")
    for panel, (count, how) in zip(panels, parts, strict=True):
        here = [row for row in rows if (row["rows"], row["how"]) == (count, how)]
        names = [row["who"].replace("_", " ") for row in here]
        panel.bar(names, [row["CPU s, least"] for row in here], color=[_color(n) for n in names])
        for place, row in enumerate(here):
            text = f"{row['CPU s, least']:.2f} s\n{row['of Polars, CPU']:.2f}-fold"
            panel.text(place, row["CPU s, least"], text, ha="center", va="bottom", fontsize=8)
        panel.set_title(f"{count:,} rows, {how.replace('_', ' ')}", fontsize=10)
        panel.tick_params(axis="x", labelsize=7)
        panel.margins(y=0.25)
    panels[0].set_ylabel("CPU s, least")
    figure.savefig(FOLDER / "bulk_peers.png", dpi=110)


def _color(who: str) -> str:
    return _OWN if who.startswith("dealreg") else _HAND if "by hand" in who else _OTHER


def main() -> None:
    """Draw what was kept."""
    for name, draw in (("one_conflict_peers", draw_one_conflict), ("bulk_peers", draw_bulk)):
        rows = load(name)
        if rows is not None:
            draw(rows)
            print(FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()

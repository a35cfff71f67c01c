"""Pictures of sweeps and tournaments, with the optional matplotlib; loaded when one is drawn."""

import io
from pathlib import PurePath
from typing import Any, Final

from dealreg.errors import MissingExtraError, UsageError, shown
from dealreg.outcome.impact_series import Sweep, Tournament
from dealreg.rendering.words import capital, label, told

__all__ = ["plot"]

_COLOURS: Final = ("#30638e", "#d1495b", "#edae49", "#00798c", "#7d5ba6", "#6b7d3a")
_NAMED: Final = 60
_FEW: Final = 5
_WIDE, _HIGH = 10.0, 4.0
_MOVES: Final = ("gained", "lost", "changes_hands")


def plot(found: Sweep | Tournament, name: str = "plot.svg") -> bytes:
    """A picture of a sweep or a tournament; the same values give the same bytes.

    Of a sweep, the registrations that hold each benefit, and the conflicts that fare otherwise than
    today, over the values; of a tournament, bars for each benefit. The version of matplotlib and
    its fonts count.

    Args:
        found: what to draw.
        name: of the file it is for, whose ending says the format: `.svg` or `.png`.

    Raises:
        MissingExtraError: matplotlib is not installed.
        UsageError: another format, or nothing that can be drawn.
    """
    form = PurePath(name).suffix.lower().removeprefix(".")
    if form not in ("svg", "png"):
        raise UsageError(
            f"there are no pictures of the kind {shown(form)}",
            place=name,
            value=form,
            hint="name a file that ends in .svg or .png",
        )
    if not isinstance(found, Sweep | Tournament):
        raise UsageError(f"{shown(found)} cannot be drawn", value=found)
    mpl, figures = _library()
    with mpl.rc_context({"svg.hashsalt": "dealreg", "font.family": "DejaVu Sans", "font.size": 9}):
        figure = figures.Figure(layout="constrained")
        if isinstance(found, Sweep):
            _draw_sweep(figure, found)
        else:
            _draw_tournament(figure, found)
        out = io.BytesIO()
        metadata = {"Date": None} if form == "svg" else {"Software": None}
        figure.savefig(out, format=form, metadata=metadata, dpi=150)
    return out.getvalue()


def _library() -> tuple[Any, Any]:
    try:
        import matplotlib as mpl
        from matplotlib import figure
    except ImportError as absent:
        raise MissingExtraError(
            f"drawing needs {shown('matplotlib')}, which is not installed",
            value=absent.name,
            hint='run `pip install "dealreg[plots]"`',
        ) from None
    return mpl, figure


def _plain(text: str) -> str:
    """A text that came with the data, without what the library takes for formulas."""
    return told(text)[:_NAMED].replace("$", r"\$")


def _draw_sweep(figure: Any, sweep: Sweep) -> None:
    benefits = [each.benefit for each in sweep.points[0].impact.held]
    values = [_plain(each.value) for each in sweep.points]
    figure.set_size_inches(_WIDE, _HIGH)
    holders, moves = figure.subplots(1, 2)
    for number, benefit in enumerate(benefits):
        colour = _COLOURS[number % len(_COLOURS)]
        held = [_held(point.impact.held, benefit) for point in sweep.points]
        moved = [
            sum(m.conflicts for m in p.impact.moved if m.benefit == benefit and m.kind in _MOVES)
            for p in sweep.points
        ]
        named = capital(_plain(label(benefit)))
        holders.plot(range(len(values)), held, "o-", color=colour, label=named)
        moves.plot(range(len(values)), moved, "o-", color=colour, label=named)
    holders.set_title("Registrations that hold it")
    moves.set_title("Conflicts that fare otherwise than today")
    for axes in (holders, moves):
        axes.set_xticks(range(len(values)), values, rotation=45 if len(values) > _FEW else 0)
        axes.set_ylim(bottom=0)
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.grid(axis="y", color="#d5dbe1")
        axes.spines[["top", "right"]].set_visible(b=False)
        axes.legend(frameon=False)
    today = _plain(f"{sweep.parameter.place}, today {sweep.parameter.value}")
    figure.suptitle(today, fontsize=10)


def _held(held: Any, benefit: str) -> int:
    return sum(each.new for each in held if each.benefit == benefit)


def _draw_tournament(figure: Any, tournament: Tournament) -> None:
    benefits = list(dict.fromkeys(s.benefit for e in tournament.entrants for s in e.scores))
    figure.set_size_inches(_WIDE, 1 + 2.4 * len(benefits))
    rows = figure.subplots(len(benefits), 3, squeeze=False)
    for row, benefit in zip(rows, benefits, strict=True):
        of = [
            (_plain(each.name), score)
            for each in tournament.entrants
            for score in each.scores
            if score.benefit == benefit
        ]
        names = [name for name, _ in of]
        colours = [_COLOURS[place % len(_COLOURS)] for place in range(len(of))]
        panels = (
            ("with a holder, %", [_percent(s.share_held) for _, s in of]),
            ("concentration", [float(s.concentration or 0) for _, s in of]),
            ("most held by one partner", [float(s.most_at_once) for _, s in of]),
        )
        for axes, (title, heights) in zip(row, panels, strict=True):
            axes.barh(names, heights, color=colours)
            axes.set_title(f"{capital(_plain(label(benefit)))}: {title}", fontsize=9)
            axes.ticklabel_format(axis="x", style="plain")
            axes.set_xlim(0, max([*heights, 1.0]) * 1.05)
            axes.invert_yaxis()
            axes.spines[["top", "right"]].set_visible(b=False)


def _percent(value: Any) -> float:
    return 100 * float(value or 0)

"""What a folder of decided parts was made from: whoever goes on with it must ask the same."""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from dealreg.bulk.parts import Question
from dealreg.bulk.sources import Source
from dealreg.errors import UnreadableError, UsageError, shown
from dealreg.facts.instants import instant
from dealreg.policy.normal import policy_digest
from dealreg.wire.putting import put

__all__ = ["agreed"]

_NAME: Final = "manifest.json"
_ROWS_OF_A_PART: Final = 250_000
_MOST_PARTS: Final = 100_000
"""Parts have numbers of five digits; filled as usual they hold 25,000,000,000 rows."""


def agreed(target: Path, question: Question, sources: Sequence[Source], parts: int | None) -> int:
    """The number of parts that a folder has, or will have: `parts` if it is new.

    Raises:
        UnreadableError: the manifest is damaged.
        UsageError: the folder was begun with other rules, sources, or another number of parts.
    """
    stated = _stated(question, sources)
    path = target / _NAME
    if not path.exists():
        number = parts or _enough(sources)
        if number > _MOST_PARTS:
            raise UsageError(
                f"{number:,} parts are more than {_MOST_PARTS:,}",
                value=number,
                hint="give fewer parts, or fewer files",
            )
        with put(path) as file:
            text = json.dumps({**stated, "parts": number}, indent=2, sort_keys=True)
            file.write(text.encode() + b"\n")
        return number
    found = _read(path)
    if parts is not None:
        stated["parts"] = parts
    for name, value in stated.items():
        if found.get(name) != value:
            raise UsageError(
                f"the folder was begun with another {shown(name)}",
                place=str(path),
                value=found.get(name),
                hint="name another folder, or remove this one to begin anew",
            )
    return _number(found, path)


def _stated(question: Question, sources: Sequence[Source]) -> dict[str, Any]:
    """What decides about the bytes that come out."""
    return {
        "dealreg": version("dealreg"),
        "policy": policy_digest(question.ready.policy),
        "rest": question.ready.rest.value,
        "at": instant(question.at).isoformat(),
        "unknown": sorted(question.unknown),
        "sources": [{"name": s.path.name, "fingerprint": s.fingerprint} for s in sources],
    }


def _number(found: Mapping[str, Any], path: Path) -> int:
    number = found.get("parts")
    if type(number) is not int or not 1 <= number <= _MOST_PARTS:
        raise _damaged(path)
    return number


def _enough(sources: Sequence[Source]) -> int:
    rows = sum(sum(source.groups) for source in sources)
    return max(1, -(-rows // _ROWS_OF_A_PART))


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise _damaged(path) from None
    if not isinstance(found, dict):
        raise _damaged(path)
    return found


def _damaged(path: Path) -> UnreadableError:
    return UnreadableError(
        "the manifest is damaged",
        place=str(path),
        hint="name another folder, or remove this one to begin anew",
    )

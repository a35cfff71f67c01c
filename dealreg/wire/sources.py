"""Files, streams and rows from Python, as characters and lines, in bounded memory."""

import codecs
import os
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol, TypeAlias

import attrs

from dealreg.errors import UnreadableError, UsageError, shown

__all__ = ["LONGEST_LINE", "Line", "Lines", "Source", "Stream", "chunks", "name_of"]

LONGEST_LINE: Final = 1_000_000
"""The most characters of one line that are kept; a longer line is a row that is not taken."""

_CHUNK = 1 << 16
_KEPT = 1000
_LINE_END = re.compile(r"\r\n|\n|\r(?!\Z)")
_NOT_TEXT = {
    b"PK\x03\x04": "is a spreadsheet or zip file, not text",
    b"\x1f\x8b": "is compressed with gzip",
    b"\xd0\xcf\x11\xe0": "is an old spreadsheet file, not text",
    b"%PDF": "is a PDF file",
}
_BYTE_ORDER = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class Stream(Protocol):
    """An open file, of text or of bytes."""

    def read(self, size: int = -1, /) -> str | bytes:
        """Up to that many characters or bytes; nothing at the end."""
        ...


Source: TypeAlias = str | os.PathLike[str] | Stream


def name_of(source: object, kind: str) -> str:
    """What rejects call a source: its path, the stream's name, or the kind of table."""
    if isinstance(source, (str, os.PathLike)):
        return os.fspath(source)
    name = getattr(source, "name", None)
    return name if isinstance(name, str) and name else f"<{kind}>"


def chunks(source: Source, encoding: str | None, file: str) -> Iterator[str]:
    """The characters of a file or stream, piece by piece.

    Raises:
        UnreadableError: when it cannot be opened, or is not text in that encoding.
        UsageError: when there is no such encoding.
    """
    if isinstance(source, (str, os.PathLike)):
        if Path(source).suffix.lower() == ".toml" and Path(source).is_file():
            raise UnreadableError(
                "a table is expected, and rules and cases are named `.toml`",
                place=file,
                hint="name the table, or rename the file to what it is, as in `.csv`",
            )
        try:
            with Path(source).open("rb") as opened:
                yield from _decoded(opened, encoding, file)
        except (OSError, ValueError) as wrong:
            if isinstance(wrong, UnreadableError):
                raise
            reason = getattr(wrong, "strerror", None) or str(wrong)
            raise UnreadableError(
                f"the file cannot be read: {reason[:1].lower()}{reason[1:]}",
                place=file,
                hint="check the path",
            ) from None
    else:
        yield from _decoded(source, encoding, file)


def _decoded(stream: Stream, encoding: str | None, file: str) -> Iterator[str]:
    name = encoding or "utf-8-sig"
    decoder = _decoder(name)
    seen, start = 0, b""
    while True:
        piece = _piece(stream, file)
        if isinstance(piece, str):
            if not piece:
                return
            yield piece.removeprefix("\ufeff") if not seen else piece
            seen += len(piece)
            continue
        start = start or piece[:8]
        if not seen:
            _refuse_other_formats(start, file)
        seen += len(piece)
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeError as wrong:
            raise _undecodable(wrong, seen, start, name, file) from None
        if text:
            yield text
        if not piece:
            return


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    try:
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        is_text = isinstance(decoder.decode(b""), str)
    except (LookupError, TypeError, AssertionError):
        is_text = False
    if not is_text:
        raise UsageError(
            f"encoding={shown(encoding)} is not a text encoding",
            value=encoding,
            hint='use a name such as "utf-8", "utf-16" or "cp1252"',
        )
    return decoder


def _piece(stream: Stream, file: str) -> str | bytes:
    try:
        piece = stream.read(_CHUNK)
    except UnicodeDecodeError as wrong:
        raise UnreadableError(
            f"the stream is not {wrong.encoding}: byte {wrong.start} of a part of it is "
            f"0x{wrong.object[wrong.start]:02x}",
            place=file,
            hint="open it in its own encoding, or as bytes and pass encoding=",
        ) from None
    if not isinstance(piece, (str, bytes)):
        raise UsageError(f"{shown(file)} is not a stream of text or bytes", value=piece)
    return piece


def _refuse_other_formats(start: bytes, file: str) -> None:
    for magic, what in _NOT_TEXT.items():
        if start.startswith(magic):
            raise UnreadableError(
                f"the file {what}", place=file, hint="save it as CSV (UTF-8) and give that"
            )


def _undecodable(
    wrong: UnicodeError, seen: int, start: bytes, encoding: str, file: str
) -> UnreadableError:
    offset = 0
    if isinstance(wrong, UnicodeDecodeError):
        offset = seen - (len(wrong.object) - wrong.start)
    likely = _BYTE_ORDER.get(start[:2], "cp1252")
    name = encoding.removesuffix("-sig")
    return UnreadableError(
        f"the file is not {name}: the byte at offset {offset} does not fit",
        place=file,
        value=offset,
        hint=f'save it as UTF-8, or pass encoding= with its encoding, as in encoding="{likely}"',
    )


@attrs.frozen
class Line:
    """A line with its line end; `cut` when it was too long and only its beginning is kept."""

    text: str
    cut: bool = False


class Lines:
    """The lines of a text, which may be put back; no line is held longer than `LONGEST_LINE`."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._lines = _split(pieces)
        self._back: deque[Line] = deque()

    def __iter__(self) -> Iterator[Line]:
        return self

    def __next__(self) -> Line:
        return self._back.popleft() if self._back else next(self._lines)

    def put_back(self, lines: "list[Line]") -> None:
        """Lines to be given again, in this order, before the rest."""
        self._back.extendleft(reversed(lines))


def _split(pieces: Iterator[str]) -> Iterator[Line]:
    rest, cut = "", False
    for piece in pieces:
        rest += piece
        end = 0
        for found in _LINE_END.finditer(rest):
            text = rest[end : found.end()]
            cut = cut or len(text) > LONGEST_LINE
            yield Line(text[:_KEPT] if cut else text, cut)
            end, cut = found.end(), False
        rest = rest[end:]
        if len(rest) > LONGEST_LINE:
            cut = True
        if cut:
            rest = rest[:_KEPT] + ("\r" if rest.endswith("\r") else "")
    if rest:
        yield Line(rest, cut)

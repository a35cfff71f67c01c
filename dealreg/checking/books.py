"""What is wrong with a book beyond its versions."""

from collections.abc import Iterator

from dealreg.checking.codes import finding
from dealreg.checking.declarations import repeated
from dealreg.checking.structure import dependence_circles
from dealreg.errors import shown
from dealreg.outcome.findings import Finding
from dealreg.policy.policies import PolicyBook

__all__ = ["book_findings"]


def book_findings(book: PolicyBook) -> Iterator[Finding]:
    """Circles through several versions, versions of one name, another programme's version."""
    circular = {
        each.path
        for edition in book.editions
        for each in dependence_circles(edition.policy.contests)
    }
    for each in dependence_circles(tuple(c for e in book.editions for c in e.policy.contests)):
        if each.path not in circular:
            yield each
    for version in repeated([edition.policy.version for edition in book.editions]):
        yield finding(
            "DUPLICATE_VERSION",
            f"editions[{version}]",
            f"two versions are called {shown(version)}",
            "name each version, so that a decision says by which one it was made",
        )
    for edition in book.editions:
        if edition.policy.programme != book.programme:
            yield finding(
                "PROGRAMME_DIFFERS",
                f"editions[{edition.policy.version}].programme",
                f"the version is of {shown(edition.policy.programme)}, the book of "
                f"{shown(book.programme)}",
                "correct one of the two names",
            )

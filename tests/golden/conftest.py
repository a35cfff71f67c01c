"""The option that records golden cases anew; `git diff` is the review."""


def pytest_addoption(parser):
    parser.addoption(
        "--record",
        action="store_true",
        default=False,
        help="write what is decided now into the golden cases, instead of comparing",
    )

"""Hypothesis profiles: how many cases each law is tried on.

Chosen by `--hypothesis-profile` or the environment variable `HYPOTHESIS_PROFILE`; without either,
`ci`, whose cases are the same on every run.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

_SLOW_IS_FINE = [HealthCheck.too_slow]

settings.register_profile(
    "ci",
    max_examples=30,
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=_SLOW_IS_FINE,
)
settings.register_profile(
    "quick", max_examples=15, deadline=None, print_blob=True, suppress_health_check=_SLOW_IS_FINE
)
settings.register_profile(
    "smoke",  # the same again, on another Python or on the built wheel
    max_examples=10,
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=_SLOW_IS_FINE,
)
settings.register_profile(
    "nightly",
    max_examples=5_000,
    deadline=None,
    print_blob=True,
    suppress_health_check=_SLOW_IS_FINE,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


NOT_TRACED = ("laws", "conformance")
"""The folders whose tests try much: to trace their lines as well takes two to three times as long.

The lines are the unit tests' to reach, and coverage is what those and the other tests reach.
"""


def pytest_collection_modifyitems(config, items):
    """Leave the tests of some folders out of what coverage traces."""
    if config.pluginmanager.hasplugin("_cov"):
        for each in items:
            if set(NOT_TRACED) & set(each.path.parts):
                each.add_marker(pytest.mark.no_cover)


ONLY_WITH_DEV = "Spark comes with the extra `dev`, which the test command of the README installs"


@pytest.fixture(scope="session")
def spark():
    """One Spark session for all tests, with the Java that the dev extra installs."""
    pytest.importorskip("pyspark", reason=ONLY_WITH_DEV)
    from dealreg.bulk import local_spark

    given = os.environ.pop("JAVA_HOME", None)
    session = local_spark(cores=2, settings={"spark.sql.shuffle.partitions": "3"})
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()
    if given is not None:
        os.environ["JAVA_HOME"] = given

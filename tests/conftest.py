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


def _tries_much(path):
    """Whether the tests of a file try so much that tracing their lines takes more than they do.

    The laws do, and what is broken on purpose. Coverage is what the other tests reach.
    """
    return "laws" in path.parts or path.name.startswith("test_broken")


def pytest_collection_modifyitems(config, items):
    """Leave the tests that try much out of what coverage traces."""
    if config.pluginmanager.hasplugin("_cov"):
        for each in items:
            if _tries_much(each.path):
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

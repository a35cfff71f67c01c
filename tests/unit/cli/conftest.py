import subprocess
import sys

import pytest
from click.testing import CliRunner

from dealreg.cli.application import cli
from dealreg.cli.shipped import shipped


@pytest.fixture
def dealreg():
    """Run the command line in this process: `dealreg("check", "policy.toml")`."""
    try:
        runner = CliRunner(mix_stderr=False)
    except TypeError:  # click 8.2 on keeps them apart always
        runner = CliRunner()

    def run(*arguments, stdin=None):
        return runner.invoke(cli, [str(each) for each in arguments], input=stdin)

    return run


@pytest.fixture
def process():
    """Run the command line as a process of its own: bytes in, bytes out."""

    def run(*arguments, stdin=b"", **more):
        command = [sys.executable, "-m", "dealreg.cli.main", *map(str, arguments)]
        return subprocess.run(command, input=stdin, capture_output=True, check=False, **more)

    return run


@pytest.fixture
def dispute(tmp_path, monkeypatch):
    """The files of the dispute, in the folder that the test runs in."""
    return _written("dispute", tmp_path, monkeypatch)


@pytest.fixture
def grace_window(tmp_path, monkeypatch):
    """The files of the grace window, in the folder that the test runs in."""
    return _written("grace-window", tmp_path, monkeypatch)


def _written(name, folder, monkeypatch):
    for file in shipped(name).files():
        (folder / file.name).write_bytes(file.read_bytes())
    monkeypatch.chdir(folder)
    return folder

"""The entry point: it starts without its optional libraries, and says which are missing."""

import subprocess
import sys

import pytest

import dealreg
from dealreg.cli.main import main


def blocked(*names):
    """A Python in which those libraries cannot be imported, running `dealreg`."""
    code = (
        "import sys, importlib.machinery as m\n"
        f"absent = {names!r}\n"
        "find = m.PathFinder.find_spec\n"
        "m.PathFinder.find_spec = lambda name, *a, **k: "
        "None if name.split('.')[0] in absent else find(name, *a, **k)\n"
        "from dealreg.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", code, "convert", "policy.json", "policy.toml"],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("names", [("click",), ("rich",), ("click", "rich")])
def test_without_its_libraries_it_names_the_extra_in_one_line(names):
    done = blocked(*names)

    assert done.returncode == 69
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line == (
        f"dealreg: the command line needs {' and '.join(names)}; "
        'install it with: pip install "dealreg[cli]"'
    )


def test_names_the_extra_before_anything_needs_it(capsys, monkeypatch):
    monkeypatch.setattr("dealreg.cli.main.find_spec", lambda _: None)

    assert main(["example"]) == 69
    assert 'pip install "dealreg[cli]"' in capsys.readouterr().err


def test_without_the_toml_writer_convert_names_its_extra(dispute, dealreg):
    dealreg("convert", "policy-today.toml", "policy.json")

    done = blocked("tomli_w")

    assert done.returncode == 69
    assert "pip install" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (dispute / "policy.toml").exists()


def test_version_is_that_of_the_library(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"dealreg {dealreg.__version__}\n"


def test_returns_the_exit_code_and_does_not_leave(capsys):
    assert main(["frobnicate"]) == 2
    assert main(["check", "none.toml"]) == 4
    assert main(["--help"]) == 0
    assert main([]) in (0, 2)  # shows the help; click 8.2 counts it as a mistake
    capsys.readouterr()


def test_runs_as_an_installed_script():
    from importlib.metadata import entry_points

    [script] = entry_points(group="console_scripts", name="dealreg")
    assert script.load() is main


def test_help_shows_the_main_command_first_and_every_line_whole(dealreg):
    text = dealreg("--help").stdout

    commands = text.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    assert commands[0].split()[0] == "resolve"
    assert [line for line in commands if not line.endswith(".") or line.endswith("...")] == []

"""The command line: what one can ask for, and the way to it.

Every command runs inside an environment. In a source checkout that is `.venv`, made on the first start; where
spec_lab is installed already (pip, conda) it is the running one, and nothing is made.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from spec_lab._launch import checkout
from spec_lab._launch.steps import Failure, say

PROGRAM = "python3 -m spec_lab" if Path(sys.argv[0]).name == "__main__.py" else "spec-lab"

DESCRIPTION = (
    "spec_lab: the interactive laboratory for spectral fitting. Without a command: JupyterLab with a live demo."
)


def run(argv: list[str]) -> int:
    """Do what the arguments say; returns the exit code. Failures end in a sentence on the standard error."""
    try:
        return _run(list(argv))
    except Failure as failure:
        print(f"spec_lab: {failure}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("\nspec_lab: interrupted. The next start takes up what is missing.", file=sys.stderr, flush=True)
        return 130


def _run(argv: list[str]) -> int:
    # what follows `test` is pytest's, as it stands (but for a lone --help)
    rest = argv[1:] if argv[:1] == ["test"] and argv[1:] not in (["-h"], ["--help"]) else []
    chosen = _parser().parse_args(argv[: len(argv) - len(rest)])
    if chosen.version:
        from spec_lab import __version__

        say(f"spec_lab {__version__}")
        return 0
    if checkout.is_checkout() and not checkout.is_inside():
        return checkout.enter(argv)
    return _COMMANDS[chosen.command](chosen, rest)


def _demo(chosen: argparse.Namespace, rest: list[str]) -> int:
    from spec_lab._launch import lab, notebooks

    notebook = notebooks.demo_copy(chosen.folder)
    say(f"The demo is {notebook}; change it as you like.")
    return lab.start(notebook, port=chosen.port, browser=not chosen.no_browser, autorun=True)


def _new(chosen: argparse.Namespace, rest: list[str]) -> int:
    from spec_lab._launch import lab, own_files

    notebook = own_files.for_files(chosen.folder or Path.cwd(), _spectra(chosen), chosen.stat, chosen.model)
    say(f"Your notebook is {notebook}.")
    if chosen.no_lab:
        return 0
    return lab.start(notebook, port=chosen.port, browser=not chosen.no_browser, autorun=True)


def _spectra(chosen: argparse.Namespace) -> list[dict[str, Path]]:
    """The files of each spectrum: the first --bkg belongs to the first SRC, and so on."""
    if not chosen.src:
        raise Failure("no SRC is named. The spectra come first: new SRC ... --bkg BKG ...")
    spectra: list[dict[str, Path]] = [{"src": path} for path in chosen.src]
    for name in _COMPANIONS:
        given = [path for paths in getattr(chosen, name) or [] for path in paths]
        if given and len(given) != len(spectra):
            sources = "there is 1 SRC" if len(spectra) == 1 else f"there are {len(spectra)} SRC"
            raise Failure(
                f"{sources}, but {len(given)} after --{name}. Give one for each, in the same order, or none at all: then the "
                "file is the one that the spectrum's header names."
            )
        for files, path in zip(spectra, given, strict=False):
            files[name] = path
    return spectra


def _lab(chosen: argparse.Namespace, rest: list[str]) -> int:
    from spec_lab._launch import lab

    return lab.start(chosen.folder or Path.cwd(), port=chosen.port, browser=not chosen.no_browser, autorun=False)


def _test(chosen: argparse.Namespace, rest: list[str]) -> int:
    from spec_lab._launch import check

    return check.run(rest)


def _environment(chosen: argparse.Namespace, rest: list[str]) -> int:
    say(f"The environment is {sys.prefix}.")
    return 0


_COMMANDS = {None: _demo, "new": _new, "lab": _lab, "test": _test, "environment": _environment}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(PROGRAM, description=DESCRIPTION, allow_abbrev=False)
    parser.add_argument("--version", action="store_true", help="say the version and stop")
    _add_server_options(parser, default=None)
    commands = parser.add_subparsers(dest="command", title="commands", metavar="COMMAND")
    _add_new(commands)
    jupyter = commands.add_parser("lab", help="JupyterLab in the current folder, without the demo", allow_abbrev=False)
    _add_server_options(jupyter)
    help_test = "run the tests of this checkout (--single: in single precision); further arguments go to pytest"
    commands.add_parser("test", help=help_test, description=help_test, allow_abbrev=False)
    commands.add_parser("environment", help="only make the environment of this checkout")
    return parser


_COMPANIONS = {
    "bkg": "background spectrum",
    "rsp": "response (RMF and ARF in one), or the word ideal",
    "rmf": "redistribution matrix",
    "arf": "effective area",
}


def _add_new(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    new = commands.add_parser("new", help="a notebook for your own spectra, opened and run", allow_abbrev=False)
    new.add_argument("src", metavar="SRC", nargs="*", type=Path, help="the source spectrum (PHA file), or several")
    for name, what in _COMPANIONS.items():
        help_text = f"{what}; with several SRC one for each, in their order"
        new.add_argument(f"--{name}", action="append", nargs="+", metavar=name.upper(), type=Path, help=help_text)
    new.add_argument("--stat", help="the fit statistic (default: by what the counts and the background are)")
    new.add_argument("--model", help='the model, such as "tbabs*(pl+bb)" (default: a first one for the instrument)')
    new.add_argument("--no-lab", action="store_true", help="write the notebook and stop")
    _add_server_options(new)


def _add_server_options(parser: argparse.ArgumentParser, default: Any = argparse.SUPPRESS) -> None:
    """The options that may stand before and after the command; after it, absent means what stood before."""
    shared: dict[str, Any] = {"default": default}
    parser.add_argument("--no-browser", action="store_true", help="print the address instead of opening it", **shared)
    parser.add_argument("--port", type=int, help="the port to serve on (default: 8888, or the next free one)", **shared)
    parser.add_argument(
        "--folder", type=Path, help="where the notebook goes (the demo's default: ~/spec_lab)", **shared
    )

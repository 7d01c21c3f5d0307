"""The notebooks that the launcher opens: the demo, and one for the user's own files.

They are written from the cells below, so that an installed package has them too; `notebooks/00_demo.ipynb` is the
demo as committed (`python -m spec_lab._launch.notebooks` renews it, a test holds the two equal). A person's notebook
is never overwritten: one that was edited stays, and the new one takes the next free name.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from spec_lab._launch.steps import Failure

DEMO = (
    (
        "markdown",
        """# A burst in the Lab

A gamma-ray burst seen by two detectors, with a cut-off power law laid over it. Everything below the next cell is
live: drag a slider, click the snowflake to **freeze** a parameter, select two rows and **link** them, draw a
**prior**, start a
**fit**. Each click is undone with one key, and the Python panel shows the line of code that does the same.""",
    ),
    (
        "code",
        """from spec_lab import BayesInfer, datasets
from spec_lab.models import cpl
from spec_lab_widgets import Lab

data = datasets.load("burst")
infer = BayesInfer([(data, cpl())])
lab = Lab(infer)
lab""",
    ),
    (
        "markdown",
        """The Lab and this notebook see the same fit. `infer.par[1].frozen = True` in a cell moves the snowflake above,
and a click above shows in `infer.par_info`. Your own spectra open with `spec-lab new SRC --bkg BKG --rsp RSP`.""",
    ),
    ("code", "infer.par_info"),
)
START = (
    (
        "markdown",
        """`infer.guess()` moves what nobody gave a value to where the data suggest, and its priors to the energies observed, in
one step that Undo takes back. The table says what it moved; what you type stays, also at the next guess.""",
    ),
    ("code", "infer.guess()"),
)


def demo() -> dict[str, Any]:
    """The demo notebook."""
    return notebook(DEMO)


def demo_copy(folder: Path | None) -> Path:
    """A copy of the demo to work on; returns its path.

    It goes to `~/spec_lab` and not to the current folder: a checkout stays clean, and the same notebook is found
    again from wherever one starts.
    """
    return _write(folder or Path.home() / "spec_lab", "spec_lab_demo", demo())


def for_files(folder: Path, spectra: list[dict[str, Path]], stat: str | None, model: str) -> Path:
    """A notebook that loads spectra into a Lab, all under one model, and starts near the data.

    Args:
        folder: Where it goes.
        spectra: The files of each: `src`, and `bkg`, `rsp`, `rmf`, `arf` where given.
        stat: The fit statistic; None: pgstat with a background, cstat without.
        model: An expression.

    Raises:
        Failure: A file does not exist, cannot be read, or a spectrum has no response.
    """
    for files in spectra:
        _check_files(files)
    folder = folder.resolve()
    names = _names([files["src"].stem for files in spectra])
    units = ",\n".join(
        _unit_code(
            folder, name, files, stat or ("pgstat" if os.fspath(files.get("bkg", "none")) != "none" else "cstat")
        )
        for name, files in zip(names, spectra, strict=True)
    )
    code = f"""from spec_lab import BayesInfer, Data, DataUnit, Model
from spec_lab_widgets import Lab

data = Data([
{units},
])
infer = BayesInfer([(data, Model.parse({model!r}))])
lab = Lab(infer)
lab"""
    title = f"# {', '.join(names)}"
    return _write(folder, names[0], notebook((("markdown", title), ("code", code), *START)))


def _check_files(files: dict[str, Path]) -> None:
    """Read the files of one spectrum in a child process, so that what is missing is said before a notebook is written."""
    for option, path in files.items():
        if not _is_word(option, path) and not path.is_file():
            raise Failure(f"there is no file {path} (given as {'SRC' if option == 'src' else '--' + option}).")
    given = {option: os.fspath(path) for option, path in files.items()}
    code = (
        "import sys, json, warnings; warnings.simplefilter('ignore'); from spec_lab.data import DataUnit\n"
        "from spec_lab._base import SpecLabError\n"
        "try: DataUnit(**json.loads(sys.argv[1]))\n"
        "except SpecLabError as error: print(error); sys.exit(3)"
    )
    done = subprocess.run([sys.executable, "-c", code, json.dumps(given)], capture_output=True, text=True)
    if done.returncode == 3:
        said = done.stdout.strip().replace("Give rsp=..., or rmf=... with arf=...", "Give --rsp, or --rmf with --arf")
        raise Failure(
            f"{files['src']} cannot be opened: {said.replace('rsp=' + chr(39) + 'ideal' + chr(39), '--rsp ideal')}"
        )


def _is_word(option: str, path: Path) -> bool:
    """`--rsp ideal` asks for an ideal detector, `none` leaves out what the header names."""
    return option != "src" and os.fspath(path) in ("none", *(["ideal"] if option == "rsp" else []))


def _unit_code(folder: Path, name: str, files: dict[str, Path], stat: str) -> str:
    named = {o: os.fspath(p) if _is_word(o, p) else _seen_from(folder, p) for o, p in files.items()}
    given = [f"{option}={value!r}" for option, value in named.items()]
    inside = "".join(f"        {argument},\n" for argument in (*given, f"stat={stat!r}"))
    return f"    ({name!r}, DataUnit(\n{inside}    ))"


def _names(stems: list[str]) -> list[str]:
    """The stems, told apart by numbers where two are alike."""
    return [f"{stem}-{i}" if stems.count(stem) > 1 else stem for i, stem in enumerate(stems, start=1)]


def notebook(cells: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """A notebook (nbformat 4.5) of these (kind, source) cells, as JSON-ready data."""
    return {
        "cells": [_cell(f"cell-{number}", kind, source) for number, (kind, source) in enumerate(cells, 1)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "spec_lab": {"written": _fingerprint([source for _, source in cells])},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(identity: str, kind: str, source: str) -> dict[str, Any]:
    common = {"cell_type": kind, "id": identity, "metadata": {}, "source": source.splitlines(keepends=True)}
    return common if kind == "markdown" else {**common, "execution_count": None, "outputs": []}


def _write(folder: Path, stem: str, content: dict[str, Any]) -> Path:
    """Write under the first name that is free, or holds a notebook of ours that nobody edited."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number = 1
        while not _is_ours(path := folder / f"{stem}{f'-{number}' if number > 1 else ''}.ipynb"):
            number += 1
        path.write_text(render(content))
    except OSError as error:
        raise Failure(
            f"no notebook can be written in {folder}: {error.strerror}. Choose another with --folder."
        ) from error
    return path


def render(content: dict[str, Any]) -> str:
    """The text of a notebook file."""
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _is_ours(path: Path) -> bool:
    """Whether `path` may be written: nothing there, or a notebook as we wrote it (outputs do not count)."""
    if not path.exists():
        return True
    try:
        found = json.loads(path.read_text())
        sources = ["".join(cell["source"]) for cell in found["cells"]]
        return found["metadata"]["spec_lab"]["written"] == _fingerprint(sources)
    except (ValueError, KeyError, TypeError):
        return False


def _fingerprint(sources: list[str]) -> str:
    return hashlib.sha256(json.dumps(sources).encode()).hexdigest()[:16]


def _seen_from(folder: Path, path: Path) -> str:
    """The path as the notebook should name it: relative where the file lies below the notebook's folder."""
    path = path.resolve()
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else os.fspath(path)


if __name__ == "__main__":
    (Path(__file__).resolve().parents[2] / "notebooks" / "00_demo.ipynb").write_text(render(demo()))

"""The notebooks that the launcher opens: the demo, and how any of them is written.

They are written from cells, so that an installed package has them too; `notebooks/00_demo.ipynb` is the demo as committed
(`python -m spec_lab._launch.notebooks` renews it, a test holds the two equal). A person's notebook is never overwritten: one
that was edited stays, and the new one takes the next free name. The notebook for one's own files is in `own_files`.
"""

import hashlib
import json
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


def demo() -> dict[str, Any]:
    """The demo notebook."""
    return notebook(DEMO)


def demo_copy(folder: Path | None) -> Path:
    """A copy of the demo to work on; returns its path.

    It goes to `~/spec_lab` and not to the current folder: a checkout stays clean, and the same notebook is found
    again from wherever one starts.
    """
    return write(folder or Path.home() / "spec_lab", "spec_lab_demo", demo())


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


def write(folder: Path, stem: str, content: dict[str, Any]) -> Path:
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


if __name__ == "__main__":
    (Path(__file__).resolve().parents[2] / "notebooks" / "00_demo.ipynb").write_text(render(demo()))

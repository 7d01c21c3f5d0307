"""Every notebook runs from top to bottom, in a folder of its own."""

import warnings
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path, tmp_path, monkeypatch):
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    content = nbformat.read(path, as_version=4)
    with warnings.catch_warnings():  # what the client's own libraries deprecate among themselves is not ours
        warnings.simplefilter("ignore", DeprecationWarning)
        NotebookClient(
            content, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
        ).execute()
    assert [cell for cell in content.cells if cell.cell_type == "code" and cell.execution_count is None] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_committed_without_outputs(path):
    content = nbformat.read(path, as_version=4)
    assert [
        cell.id for cell in content.cells if cell.cell_type == "code" and (cell.outputs or cell.execution_count)
    ] == []

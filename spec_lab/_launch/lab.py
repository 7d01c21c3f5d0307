"""Starting JupyterLab on a notebook or a folder: on this machine only, with JupyterLab's own token.

The person's own Jupyter settings stay in force; ours are added for this one server through the environment
(JUPYTER_CONFIG_PATH: no news pop-up, the extension of `server.py`). A workspace of its own keeps other tabs out of
the picture.
"""

import os
import sys
import urllib.parse
import zlib
from pathlib import Path

from spec_lab._launch.server import AUTORUN
from spec_lab._launch.steps import Failure, become, say

HERE = Path(__file__).parent


def start(place: Path, *, port: int | None, browser: bool, autorun: bool) -> int:
    """Serve JupyterLab until it is stopped (Ctrl-C): this process becomes the server.

    Args:
        place: The notebook to open, or the folder to show.
        port: The port, exactly; without it 8888 or the next free one.
        browser: Open the page; otherwise only print its address.
        autorun: Run the notebook when its page opens.
    """
    _check_jupyterlab()
    say("JupyterLab starts; stop it with Ctrl-C.")
    arguments = command(place, port=port, browser=browser)
    return become(arguments, environment(os.environ, place.name if autorun else ""))


def command(place: Path, *, port: int | None = None, browser: bool = True) -> list[str]:
    """The command that serves `place` (a notebook or a folder)."""
    place = place.resolve()
    root, page = (place, "/lab") if place.is_dir() else (place.parent, _page(place))
    arguments = [
        *(sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}", f"--LabApp.default_url={page}"),
        *("--ip=127.0.0.1", "--Application.log_level=ERROR"),
        f"--LabApp.extra_labextensions_path={HERE / 'labextensions'}",
    ]
    if not browser:
        arguments.append("--no-browser")
    if port is not None:
        arguments += [f"--port={port}", "--ServerApp.port_retries=0"]
    if os.name == "posix" and os.geteuid() == 0:
        arguments.append("--allow-root")  # containers; it listens to this machine only, and asks for its token
    return arguments


def environment(variables: "os._Environ[str] | dict[str, str]", autorun: str = "") -> dict[str, str]:
    """The server's environment variables: the given ones, our settings added, and the notebook to run by itself."""
    paths = [str(HERE / "config"), *filter(None, [variables.get("JUPYTER_CONFIG_PATH")])]
    ours = {
        "JUPYTER_CONFIG_PATH": os.pathsep.join(paths),
        "JUPYTER_PREFER_ENV_PATH": "1",  # a kernel of the same name in the home folder would be another Python
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # else the kernel grumbles about frozen modules
        AUTORUN: autorun,
    }
    return {**variables, **ours}


def _page(place: Path) -> str:
    """The address of a notebook, in a workspace of its own. (No "?reset": Jupyter appends "?token=..." to it.)"""
    own = f"spec_lab-{zlib.crc32(str(place).encode()):08x}"
    return f"/lab/workspaces/{own}/tree/{urllib.parse.quote(place.name)}"


def _check_jupyterlab() -> None:
    import importlib.util

    if importlib.util.find_spec("jupyterlab") is None:
        raise Failure("JupyterLab is not installed in this environment. Install it with: pip install jupyterlab")

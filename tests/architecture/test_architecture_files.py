"""What the tracked files look like: size, a map at the top, and nothing that ties them to one machine."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 400
WRITTEN = {".py", ".ts", ".tsx", ".mjs", ".js", ".css", ".sh"}
MADE = "widgets/spec_lab_widgets/static/"  # built, not written

# joined here, so that this file does not contain them
HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("yarnpkg", "com"))]
HOSTS += [".".join(parts) for parts in (("anaconda", "org"), ("anaconda", "com"), ("deb", "debian", "org"))]
MACHINE_PATH = re.compile("(?<![\\w.~])/(" + "|".join(("work", "root", "home", "Users")) + ")/[\\w.]")


def tracked() -> list[Path]:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def written() -> list[Path]:
    return [p for p in tracked() if p.suffix in WRITTEN and not str(p.relative_to(ROOT)).startswith(MADE)]


def text_of(path: Path) -> str:
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode(errors="replace")


def test_files_stay_short():
    counts = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in written()}
    assert {name: count for name, count in counts.items() if count >= LONGEST} == {}


def test_modules_begin_with_a_map():
    modules = [p for p in written() if p.suffix == ".py" and text_of(p).strip()]
    assert [str(p.relative_to(ROOT)) for p in modules if not ast.get_docstring(ast.parse(text_of(p)))] == []


def test_no_registry_is_named():
    found = [(str(p.relative_to(ROOT)), host) for p in tracked() for host in HOSTS if host in text_of(p)]
    assert found == []


def test_no_path_of_one_machine():
    found = {str(p.relative_to(ROOT)): m.group() for p in tracked() if (m := MACHINE_PATH.search(text_of(p)))}
    assert found == {}


def test_no_leftovers_of_a_merge():
    marks = ("<" * 7 + " ", ">" * 7 + " ")
    assert [str(p) for p in written() if any(line.startswith(marks) for line in text_of(p).splitlines())] == []

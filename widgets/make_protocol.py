"""Writes what the two sides of the border share, from Python: run it after a change of a command or of a message.

    python widgets/make_protocol.py          writes
    python widgets/make_protocol.py --check  fails where a file is not what would be written

Each file of `frontend/src/state/protocol/` follows from the module of `spec_lab.session` that has its name (`fit_forms`,
`view_model`, `messages`), and `commands.ts` from the registry of commands; so does the table of commands in PROTOCOL.md. A test
runs the check.
"""

import ast
import inspect
import re
import sys
import types
import typing
from pathlib import Path
from typing import Any, Literal, NotRequired, Union

import attrs

from spec_lab.session import COMMANDS, Command, Query, fit_forms, messages, view_model
from spec_lab.session.command_registry import arguments_of

TYPES = (fit_forms, view_model, messages)
HERE = Path(__file__).resolve().parent
FOLDER, TABLE = HERE / "frontend/src/state/protocol", HERE / "PROTOCOL.md"
BEGIN, END = "<!-- commands: made by make_protocol.py -->", "<!-- end of commands -->"
HEAD = """// The border in types: {what}. No code lives here.
// UI state: none. Made by widgets/make_protocol.py from Python's types: do not edit.
"""
WHAT = {
    "fit_forms": "forms of the engines, state of a fit, which posterior is looked at",
    "view_model": "everything a panel shows",
    "messages": "what Python sends",
    "commands": "what a panel sends",
    "index": "every message of widgets/PROTOCOL.md, and nothing else",
}
NAMED = {"fit_forms": ("OptionValue", "FitPhase"), "view_model": ("Window", "RunName"), "messages": ("FromPython",)}
OUTGOING = """
/** What goes out besides commands. */
export type ToPython =
  | { type: "hello"; view: string; again?: true }
  | { type: "action"; id: number; name: CommandName; args: object }
  | { type: "drag"; pid: number; value: number; seq: number }
  | { type: "scrub"; moment: string | null; seq: number }
  | { type: "walk"; to: number; seq: number }
  | { type: "drag_curve"; unit: string; energy: number; factor: number; seq: number }
  | { type: "brush"; pids: number[]; region: [number, number][]; seq: number }
  | { type: "unfold" }
  | { type: "ack"; topic: string; seq: number }
  | { type: "visible"; visible: boolean };
"""
EXPORTED = re.compile(r"^export (?:interface|type) (\w+)", re.MULTILINE)
PLAIN = {int: "number", float: "number", str: "string", bool: "boolean", type(None): "null", object: "unknown"}


def typescript() -> dict[str, str]:
    """The text of each file of the folder, by its stem."""
    bodies = {module.__name__.rpartition(".")[2]: _module(module) for module in TYPES}
    bodies["commands"] = _commands() + OUTGOING
    homes = {name: stem for stem, body in bodies.items() for name in EXPORTED.findall(body)}
    index = "\n".join(f'export * from "./{stem}";' for stem in bodies) + "\n"
    made = {stem: _imports(body, stem, homes) + body for stem, body in bodies.items()} | {"index": index}
    return {stem: HEAD.format(what=WHAT[stem]) + "\n" + text for stem, text in made.items()}


def _module(module: types.ModuleType) -> str:
    """The types of one Python module: its named ones, then its classes; what is a union of the classes comes last."""
    notes, stem = _notes(module), module.__name__.rpartition(".")[2]
    classes = [_interface(c, notes[c.__name__]) for c in vars(module).values() if _is_of(c, module)]
    named = [f"export type {n} = {_type(getattr(module, n))};" for n in NAMED[stem]]
    parts = [*classes, *named] if stem == "messages" else [*named, "", *classes]
    return "\n".join(parts).rstrip() + "\n"


def _imports(body: str, stem: str, homes: dict[str, str]) -> str:
    """The line for each other file that a file takes types from."""
    taken: dict[str, list[str]] = {}
    for name in sorted(set(re.findall(r"\b[A-Z]\w+", re.sub(r"/\*\*.*?\*/", "", body, flags=re.DOTALL)))):
        if homes.get(name, stem) != stem:
            taken.setdefault(homes[name], []).append(name)
    lines = [f'import type {{ {", ".join(names)} }} from "./{home}";' for home, names in sorted(taken.items())]
    return "\n".join([*lines, "", ""]) if lines else ""


def _is_of(item: Any, module: types.ModuleType) -> bool:
    return typing.is_typeddict(item) and item.__module__ == module.__name__


def _interface(cls: Any, notes: dict[str, str]) -> str:
    hints = typing.get_type_hints(cls, include_extras=True)
    lines = [f"/** {inspect.getdoc(cls)} */", f"export interface {cls.__name__} {{"]
    for name, hint in hints.items():
        if name in notes:
            lines.append(f"  /** {notes[name]} */")
        optional = typing.get_origin(hint) is NotRequired or name in cls.__optional_keys__
        inner = typing.get_args(hint)[0] if typing.get_origin(hint) is NotRequired else hint
        lines.append(f"  {name}{'?' if optional else ''}: {_type(inner)};")
    return "\n".join([*lines, "}", ""])


def _notes(module: types.ModuleType) -> dict[str, dict[str, str]]:
    """The comment above each field, by class."""
    found: dict[str, dict[str, str]] = {}
    source = inspect.getsource(module)
    lines = source.splitlines()
    for node in (n for n in ast.parse(source).body if isinstance(n, ast.ClassDef)):
        fields = [f for f in node.body if isinstance(f, ast.AnnAssign) and isinstance(f.target, ast.Name)]
        above = {f.target.id: lines[f.lineno - 2].strip() for f in fields if isinstance(f.target, ast.Name)}
        found[node.name] = {name: text[2:] for name, text in above.items() if text.startswith("# ")}
    return found


def _type(hint: Any) -> str:
    """A Python type as TypeScript."""
    if hint in PLAIN:
        return PLAIN[hint]
    if typing.is_typeddict(hint):
        return hint.__name__
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return " | ".join(f'"{value}"' for value in inner)
    if origin in (Union, types.UnionType):
        return " | ".join(dict.fromkeys(_type(each) for each in inner))
    if origin is dict:
        return f"Record<string, {_type(inner[1])}>"
    if origin is list or (origin is tuple and inner[1:] == (...,)):
        element = _type(inner[0])
        return f"({element})[]" if "|" in element else f"{element}[]"
    if origin is tuple:
        return f"[{', '.join(map(_type, inner))}]"
    raise TypeError(f"no TypeScript is known for {hint!r}")


def _commands() -> str:
    lines = ["/** Every command by name, with its arguments. */", "export interface Commands {"]
    for name, cls in sorted(COMMANDS.items()):
        lines += [f"  /** {_first(cls)} */", f"  {name}: {_arguments(cls)};"]
    return "\n".join([*lines, "}", "", "export type CommandName = keyof Commands;"])


def _first(cls: type[Command]) -> str:
    return (inspect.getdoc(cls) or "").partition("\n\n")[0].replace("\n", " ")


def _arguments(cls: type[Command]) -> str:
    hints = typing.get_type_hints(cls)
    fields = arguments_of(cls)
    each = [
        f"{f.name}{'' if f.default is attrs.NOTHING else '?'}: {f.metadata['typescript'] or _type(hints[f.name])}"
        for f in fields
    ]
    return f"{{ {'; '.join(each)} }}" if each else "Record<string, never>"


def table() -> str:
    """The table of commands in PROTOCOL.md."""
    rows = ["| command | arguments | undo | what it does |", "|---|---|---|---|"]
    for name, cls in sorted(COMMANDS.items()):
        kind = "question" if issubclass(cls, Query) else "yes" if cls.undoable else ""
        arguments = _arguments(cls).replace("|", "\\|") if arguments_of(cls) else "{}"
        rows.append(f"| `{name}` | `{arguments}` | {kind} | {_first(cls)} |")
    return "\n".join(rows)


def texts() -> dict[Path, str]:
    """Every file that is made, with its text."""
    before, _, rest = TABLE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    files = {FOLDER / f"{stem}.ts": text for stem, text in typescript().items()}
    return files | {TABLE: f"{before}{BEGIN}\n{table()}\n{END}{after}"}


def main(check: bool) -> int:
    """Write the files, or name those that are not current."""
    stale = [path for path, text in texts().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        print(f"{path.relative_to(HERE)} {'is not current: run widgets/make_protocol.py' if check else 'is written'}")
        if not check:
            path.write_text(texts()[path], encoding="utf-8")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))

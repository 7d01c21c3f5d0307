"""The one registry: `cls -> PyTreeTypeSpec`, for Structs, attrs classes, adapters, and (on demand) equinox modules.

JAX refuses to register a class twice, so each class gets one trampoline, registered once, that jumps to the class's
present functions; registering again replaces them for JAX and for the serialiser alike. Equinox registers its modules
itself; their specs are read off their dataclass fields when first asked for. This is the only module of spec_lab that
calls `jax.tree_util.register_*`; a test holds that.

How specs become files is in `io`; how layouts become functions is in `layout`.
"""

import dataclasses
import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import equinox as eqx
import jax

from spec_lab.tree.errors import SerializationError
from spec_lab.tree.layout import Layout, make_functions
from spec_lab.tree.references import class_ref, find_saved_class, is_allowed, remember, resolve_class


@dataclasses.dataclass(frozen=True)
class PyTreeTypeSpec:
    """The adapter contract of one class.

    Args:
        cls: The class.
        flatten: `obj -> (children, aux)`.
        unflatten: `(aux, children) -> obj`; must trust what it gets.
        flatten_with_keys: `obj -> ((key, child) pairs, aux)`, or None.
        serializer: `obj -> payload` of savable values, or None to save what flattening gives.
        deserializer: `payload -> obj`, the way back.
        layout: The attributes by role, where the class is made of attributes.
        saved_as: For classes made at run time, which no later program can find by name: the class that files name
            instead; its deserializer reads them.
        rebuild: Makes an instance of the mapping of its saved attributes, where reading a file shall not just assign them.
    """

    cls: type
    flatten: Callable[[Any], Any]
    unflatten: Callable[[Any, Sequence[Any]], Any]
    flatten_with_keys: Callable[[Any], Any] | None = None
    serializer: Callable[[Any], Any] | None = None
    deserializer: Callable[[Any], Any] | None = None
    layout: Layout | None = None
    saved_as: type | None = None
    rebuild: Callable[[Mapping[str, Any]], Any] | None = None


_specs: dict[type, PyTreeTypeSpec] = {}
_loaded_checks: dict[type, Callable[[Any], None]] = {}
_switches: dict[type, Callable[[PyTreeTypeSpec], None]] = {}


def register_spec(spec: PyTreeTypeSpec) -> None:
    """Make a spec the present one of its class, for JAX and for the serialiser."""
    _specs[spec.cls] = spec
    remember(spec.cls)
    switch = _switches.get(spec.cls)
    if switch is not None:
        switch(spec)
    elif not _is_equinox(spec.cls):
        _switches[spec.cls] = _install(spec)


def _install(spec: PyTreeTypeSpec) -> Callable[[PyTreeTypeSpec], None]:
    """Register a trampoline with JAX; the returned function points it at another spec."""
    flatten, keyed, unflatten = spec.flatten, spec.flatten_with_keys, spec.unflatten

    def switch(new: PyTreeTypeSpec) -> None:
        nonlocal flatten, keyed, unflatten
        flatten, keyed, unflatten = new.flatten, new.flatten_with_keys, new.unflatten

    def current_flatten(x: Any) -> Any:
        return flatten(x)

    def current_flatten_with_keys(x: Any) -> Any:
        if keyed is not None:
            return keyed(x)
        children, aux = flatten(x)
        return [(jax.tree_util.FlattenedIndexKey(i), child) for i, child in enumerate(children)], aux

    def current_unflatten(aux: Any, children: Any) -> Any:
        return unflatten(aux, children)

    try:
        jax.tree_util.register_pytree_with_keys(spec.cls, current_flatten_with_keys, current_unflatten, current_flatten)
    except ValueError as error:
        del _specs[spec.cls]
        raise SerializationError(
            f"class {class_ref(spec.cls)} was registered with JAX by someone else; JAX keeps the first",
            hint="Register it with spec_lab.tree only, or give a serializer for the class that contains it.",
        ) from error
    return switch


def register_pytree_type(
    cls: type,
    *,
    flatten: Callable[[Any], Any],
    unflatten: Callable[[Any, Sequence[Any]], Any],
    flatten_with_keys: Callable[[Any], Any] | None = None,
    serializer: Callable[[Any], Any] | None = None,
    deserializer: Callable[[Any], Any] | None = None,
) -> type:
    """Give any class a place in JAX trees and in saved files. Registering again replaces the former functions.

    Args:
        cls: The class; returned, so this can end a class definition.
        flatten: `obj -> (children, aux)`.
        unflatten: `(aux, children) -> obj`.
        flatten_with_keys: `obj -> ((key, child) pairs, aux)`.
        serializer: `obj -> payload` of savable values.
        deserializer: `payload -> obj`.

    Raises:
        SerializationError: Another library registered the class with JAX.
    """
    register_spec(PyTreeTypeSpec(cls, flatten, unflatten, flatten_with_keys, serializer, deserializer))
    return cls


def register_saving(cls: type, serializer: Callable[[Any], Any], saved_as: type) -> type:
    """Save instances of a class that was made at run time, and which no later program can find by its name.

    Args:
        cls: The class; how JAX takes it apart stays as it is.
        serializer: `obj -> payload` of savable values.
        saved_as: A class with a place in a module, registered with a deserializer: files name it instead.
    """
    register_spec(dataclasses.replace(spec_of(cls), serializer=serializer, saved_as=saved_as))
    return cls


def register_attrs_type(
    cls: type,
    *,
    node_fields: Sequence[str],
    static_fields: Sequence[str] = (),
    constructor: Callable[[Mapping[str, Any]], Any] | None = None,
    serializer: Callable[[Any], Any] | None = None,
    deserializer: Callable[[Any], Any] | None = None,
) -> type:
    """Register a class by the names of its attributes.

    An instance is rebuilt by `constructor(values)` if given, else by `cls(**values)`, else by assigning to a bare one: by
    JAX, and from files.

    Args:
        cls: The class; returned.
        node_fields: Names of children.
        static_fields: Names of auxiliary data.
        constructor: Takes the mapping of all named values.
        serializer: As in `register_pytree_type`.
        deserializer: As in `register_pytree_type`.
    """
    layout = Layout(data=tuple(node_fields), meta=tuple(static_fields))
    made = make_functions(cls, layout)
    names = layout.data + layout.meta
    rebuild = constructor or (lambda values: _rebuild(cls, values))

    def unflatten(aux: Any, children: Any) -> Any:
        return rebuild(dict(zip(names, (*children, *aux), strict=True)))

    keyed = made.flatten_with_keys
    register_spec(
        PyTreeTypeSpec(cls, made.flatten, unflatten, keyed, serializer, deserializer, layout, rebuild=rebuild)
    )
    return cls


def _rebuild(cls: type, values: Mapping[str, Any]) -> Any:
    try:
        return cls(**values)
    except Exception:  # a constructor may refuse the tracers and placeholders JAX hands around, in any way it likes
        instance = object.__new__(cls)
        for name, value in values.items():
            setattr(instance, name, value)
        return instance


def is_registered_pytree_type(cls: type) -> bool:
    """Whether the registry knows how to take this class apart (Structs and equinox modules included)."""
    return find_spec(cls) is not None


def find_spec(cls: type) -> PyTreeTypeSpec | None:
    """The present spec of a class, or None."""
    spec = _specs.get(cls)
    if spec is None and _is_equinox(cls):
        spec = _specs[cls] = _equinox_spec(cls)
        remember(cls)
    return spec


def resolve_pytree_spec(ref: str) -> PyTreeTypeSpec:
    """The spec behind a class reference; a class with `tree_flatten` and `tree_unflatten` is registered on the way.

    Raises:
        SerializationError: There is no such class, or nothing says how to take it apart.
    """
    return spec_of(resolve_class(ref))


def spec_of(cls: type) -> PyTreeTypeSpec:
    """The spec of a class, made from its `tree_flatten` and `tree_unflatten` if need be.

    Raises:
        SerializationError: Nothing says how to take the class apart.
    """
    spec = find_spec(cls) or _by_convention(cls)
    if spec is None:
        raise SerializationError(
            f"no one said how to take {class_ref(cls)} apart",
            hint="Use register_pytree_type or register_attrs_type, or derive it from Struct.",
        )
    return spec


def resolve_saved_class(ref: str) -> type:
    """The class that a file names: known to the registry, an enum or a named tuple, or of a package that was declared.

    Raises:
        SerializationError: None of these; nothing was imported then.
    """
    found = find_saved_class(ref)
    if is_plain_data(found) or find_spec(found) is not None or is_allowed(found.__module__):
        return found
    raise SerializationError(
        f"class {ref!r} is not registered for saving",
        hint="Derive it from spec_lab.tree.Struct, or register it with spec_lab.tree.register_attrs_type.",
    )


def register_loaded_check(base: type, check: Callable[[Any], None]) -> None:
    """Judge every instance of a class or its subclasses that is read from a file.

    Args:
        base: The class.
        check: Raises where the instance holds what it could not have been made with.
    """
    _loaded_checks[base] = check


def check_loaded(instance: Any) -> None:
    """Run the checks that were registered for the classes of an instance just read from a file."""
    for base, check in _loaded_checks.items():
        if isinstance(instance, base):
            check(instance)


def is_plain_data(cls: type) -> bool:
    """Whether instances are named values or tuples, which files may hold without an adapter."""
    return issubclass(cls, enum.Enum) or (issubclass(cls, tuple) and hasattr(cls, "_fields"))


def _by_convention(cls: type) -> PyTreeTypeSpec | None:
    flatten, unflatten = getattr(cls, "tree_flatten", None), getattr(cls, "tree_unflatten", None)
    if not (callable(flatten) and callable(unflatten)):
        return None
    spec = PyTreeTypeSpec(cls, flatten, unflatten)
    try:
        register_spec(spec)
    except SerializationError:  # its author told JAX already, by the same two methods
        _specs[cls] = spec
        remember(cls)
    return spec


def _is_equinox(cls: type) -> bool:
    return isinstance(cls, type) and issubclass(cls, eqx.Module)


def _equinox_spec(cls: type) -> PyTreeTypeSpec:
    fields = dataclasses.fields(cls)
    meta = tuple(f.name for f in fields if f.metadata.get("static", False))
    layout = Layout(data=tuple(f.name for f in fields if f.name not in meta), meta=meta)
    made = make_functions(cls, layout, assign="object")
    return PyTreeTypeSpec(cls, made.flatten, made.unflatten, made.flatten_with_keys, layout=layout)

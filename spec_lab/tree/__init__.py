"""Trees: everything that is saved, called or configured is a JAX pytree, known to one registry.

Two front doors make classes: `Struct` (immutable containers that can be saved) and `spec_lab.tree.attrs` (attrs
classes). Behind both stand one layout (`layout`: which attributes are children, which are auxiliary data) and one
registry (`registry`: class → how to take it apart), which also knows equinox modules and adapters for foreign classes.
`spec_lab.tree.io` turns any of them into state dicts and files.

Not here: what a parameter is (`spec_lab.variables`).
"""

from spec_lab._settings import settle_jax as _settle_jax
from spec_lab.tree import attrs as attrs
from spec_lab.tree import io as io
from spec_lab.tree.errors import DeclarationError as DeclarationError
from spec_lab.tree.errors import FrozenStructError as FrozenStructError
from spec_lab.tree.errors import SerializationError as SerializationError
from spec_lab.tree.errors import StructError as StructError
from spec_lab.tree.errors import ValidationError as ValidationError
from spec_lab.tree.field import MISSING as MISSING
from spec_lab.tree.field import FieldKind as FieldKind
from spec_lab.tree.field import FieldSpec as FieldSpec
from spec_lab.tree.field import field as field
from spec_lab.tree.layout import Layout as Layout
from spec_lab.tree.references import allow_package as allow_package
from spec_lab.tree.references import class_ref as class_ref
from spec_lab.tree.references import resolve_class as resolve_class
from spec_lab.tree.references import savable as savable
from spec_lab.tree.registry import PyTreeTypeSpec as PyTreeTypeSpec
from spec_lab.tree.registry import is_registered_pytree_type as is_registered_pytree_type
from spec_lab.tree.registry import register_attrs_type as register_attrs_type
from spec_lab.tree.registry import register_loaded_check as register_loaded_check
from spec_lab.tree.registry import register_pytree_type as register_pytree_type
from spec_lab.tree.registry import register_saving as register_saving
from spec_lab.tree.registry import resolve_pytree_spec as resolve_pytree_spec
from spec_lab.tree.struct import Struct as Struct
from spec_lab.tree.struct import StructABCMeta as StructABCMeta
from spec_lab.tree.struct import StructMeta as StructMeta
from spec_lab.tree.views import dataclass as dataclass
from spec_lab.tree.views import derived_fields as derived_fields
from spec_lab.tree.views import fields as fields
from spec_lab.tree.views import node_fields as node_fields
from spec_lab.tree.views import opaque_fields as opaque_fields
from spec_lab.tree.views import register_class as register_class
from spec_lab.tree.views import static_fields as static_fields

_settle_jax()  # this is the first floor that imports JAX; nothing has been computed yet

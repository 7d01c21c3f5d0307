"""attrs classes as trees: `define` is `attrs.define` that also tells JAX which fields are children.

`kinds` names the roles, `fields` makes fields that carry one, `register` gives a class its place in the registry,
`define` does both in one decorator. Use `frozen_static` for options and styles: no leaves, hashable, a jit constant.
The layout and the registry are those of `Struct`; so are state dicts and files (`spec_lab.tree.io`).
"""

from spec_lab.tree.attrs.define import define as define
from spec_lab.tree.attrs.define import frozen as frozen
from spec_lab.tree.attrs.define import frozen_static as frozen_static
from spec_lab.tree.attrs.fields import array as array
from spec_lab.tree.attrs.fields import auto as auto
from spec_lab.tree.attrs.fields import field as field
from spec_lab.tree.attrs.fields import static as static
from spec_lab.tree.attrs.kinds import FieldType as FieldType
from spec_lab.tree.attrs.kinds import PyTreeType as PyTreeType
from spec_lab.tree.attrs.kinds import is_data as is_data
from spec_lab.tree.attrs.register import register_fieldz as register_fieldz

"""State dicts and files for anything the registry knows: Structs, attrs classes, equinox modules, adapters.

A state dict is `{"version": 1, "manifest", "arrays", "array_data"}`: the manifest is JSON (structure and small values,
arrays by name), `arrays` repeats shape and dtype of each, `array_data` holds them. On disk these are `manifest.json`
and `arrays.npz`, in a folder or in one `.zip`. Nothing is pickled; classes and functions are references, and reading
imports declared packages only (`spec_lab.tree.allow_package`). Every damage is a `SerializationError` that says what
and where.

`encode` and `decode` are the two directions, `arrays` knows dtypes and homes (numpy or JAX), `bundle` the files.
"""

from spec_lab.tree.io.bundle import export as export
from spec_lab.tree.io.bundle import load as load
from spec_lab.tree.io.bundle import write_file as write_file
from spec_lab.tree.io.decode import from_state_dict as from_state_dict
from spec_lab.tree.io.encode import to_state_dict as to_state_dict
from spec_lab.tree.io.python import to_python as to_python

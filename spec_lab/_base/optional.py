"""Optional packages: imported when needed, and when absent, a sentence saying how to get them."""

import importlib
from types import ModuleType

from spec_lab._base.errors import MissingDependency


def require(package: str, feature: str, extra: str | None = None) -> ModuleType:
    """Import `package`, or say which feature needs it and how to install it.

    Args:
        package: The import name.
        feature: What the user asked for, as it reads in "... needs the package".
        extra: The extra of spec-lab that brings it, if there is one.

    Raises:
        MissingDependency: The package is not installed.
    """
    try:
        return importlib.import_module(package)
    except ImportError as error:
        command = f"pip install 'spec-lab[{extra}]'" if extra else f"pip install {package}"
        raise MissingDependency(
            f"{feature} needs the package {package!r}, which is not installed", hint=f"Install it with: {command}"
        ) from error

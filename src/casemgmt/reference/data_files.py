"""Reading of the YAML files that come with the program."""

from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import yaml

# The C parser is ten times faster and reads every list at start in a fraction of a second; a PyYAML that was
# built without libyaml has only the other one, and both accept the same documents.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ReferenceDataError(ValueError):
    """A file of reference data is wrong. It names the file and the fault; the service must not start."""


def data_folder() -> Traversable:
    """Return the folder of the data files, wherever the package is installed."""
    return resources.files("casemgmt.reference") / "data"


def read_document(file: Traversable) -> Any:
    """Read one YAML document.

    A key that is written twice in one mapping raises ReferenceDataError: YAML would keep the second silently,
    and a label or a ground would be lost unseen.
    """
    loader = _LOADER(file.read_text(encoding="utf-8"))
    try:
        node = loader.get_single_node()
        if node is None:
            raise ReferenceDataError(f"{file.name}: empty file")
        _refuse_repeated_keys(node, file.name)
        return loader.construct_document(node)
    except yaml.YAMLError as fault:
        raise ReferenceDataError(f"{file.name}: {fault}") from fault
    finally:
        loader.dispose()


def _refuse_repeated_keys(node: yaml.Node, file_name: str) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise ReferenceDataError(f"{file_name}: key {key.value!r} is written twice")
            seen.add(key.value)
            _refuse_repeated_keys(value, file_name)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(item, file_name)

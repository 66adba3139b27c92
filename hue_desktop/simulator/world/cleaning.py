"""Files from outside, brought into the shapes of botocore's model of EMR.

Members that the model does not know are dropped, as are nulls; what has the wrong type is refused,
so that a loaded cluster can always be told again.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, cast

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from hue_desktop.simulator.world.described import DescriptionError, instant

__all__ = ["cleaned"]

_LISTS = ("InstanceGroups", "InstanceFleets", "Instances", "Steps", "BootstrapActions")
_SCALARS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "float": (int, float),
    "double": (int, float),
}


@cache
def _shapes() -> dict[str, Shape]:
    """The shapes of what the files may hold, by top-level member."""
    model = ServiceModel(Loader().load_service_model("emr", "service-2"), "emr")
    shapes: dict[str, Shape] = {}
    for operation in ("DescribeCluster", *(f"List{name}" for name in _LISTS)):
        output = model.operation_model(operation).output_shape
        assert isinstance(output, StructureShape)
        shapes.update(output.members)
    return shapes


def cleaned(file: Path, name: str, value: Any) -> Any:
    """The value of a top-level member, fitting its shape.

    ``aws emr describe-cluster`` puts groups or fleets and bootstrap actions into the cluster,
    which the model does not know: they are kept. Raises :class:`DescriptionError`.
    """
    fitting = _fitting(value, _shapes()[name], f"{file}: {name}")
    if name == "Cluster":
        for inner in _LISTS:
            if value.get(inner) is not None:
                fitting[inner] = cleaned(file, inner, value[inner])
    return fitting


def _fitting(value: Any, shape: Shape, path: str) -> Any:
    if isinstance(shape, StructureShape):
        return _structure(_typed(value, (dict,), path, "an object"), shape, path)
    if isinstance(shape, ListShape):
        items = _typed(value, (list,), path, "a list")
        member = shape.member
        return [_fitting(item, member, f"{path}[{place}]") for place, item in enumerate(items)]
    if isinstance(shape, MapShape):
        pairs = _typed(value, (dict,), path, "an object")
        return {key: _fitting(item, shape.value, f"{path}.{key}") for key, item in pairs.items()}
    if shape.type_name == "timestamp":
        return _time(value, path)
    return _typed(value, _SCALARS[shape.type_name], path, f"a {shape.type_name}")


def _structure(value: dict[str, Any], shape: StructureShape, path: str) -> dict[str, Any]:
    if shape.name == "KerberosAttributes":
        value = {"KdcAdminPassword": "********", **value}
    for required in shape.required_members:
        if value.get(required) is None:
            raise DescriptionError(f"{path} has no {required}.")
    return {
        name: _fitting(item, shape.members[name], f"{path}.{name}")
        for name, item in value.items()
        if name in shape.members and item is not None
    }


def _typed(value: Any, types: tuple[type, ...], path: str, wanted: str) -> Any:
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise DescriptionError(f"{path} is not {wanted}.")
    return value


def _time(value: Any, path: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise DescriptionError(f"{path} is not a time.")
    try:
        at = instant(value, 0.0)
    except (ValueError, OverflowError):
        raise DescriptionError(f"{path} is not a time: {value!r}.") from None
    if not 0.0 <= at < 4e9:  # from 1970 to 2096; EMR itself began in 2009
        raise DescriptionError(f"{path} is not a time that EMR has seen: {value!r}.")
    return cast(Any, at)

"""What JSON holds."""

from typing import Any, TypeAlias

Json: TypeAlias = Any
"""A JSON value, whatever it is: what people send is anything."""

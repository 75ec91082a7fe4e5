"""What a command gives back: JSON to print and the exit code of contracts.md section 1."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """One object, or a list that is printed as JSON Lines; 0 fine, 1 problems found."""

    body: dict[str, Any] | list[dict[str, Any]]
    exit_code: int = 0

"""How a condition states itself in one line that belongs to no language; `explain` puts it into words."""

from typing import ClassVar


class Stated:
    """Gives a condition its one-line form from its test and its facts."""

    __slots__ = ()
    test: ClassVar[str]

    def facts(self) -> dict[str, str]:
        """The parameters, for the sentence that explains the clause."""
        raise NotImplementedError

    def words(self) -> str:
        """The condition as it stands in the file, on one line."""
        return f"{self.test} ({', '.join(f'{name}: {value}' for name, value in self.facts().items())})"

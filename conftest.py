"""Runs the examples of README.md and docs/: fenced `python` blocks, and `console` blocks in one shell per page.

In a `console` block a line that begins with `$ ` is typed into bash, in a fresh folder, with this tree's `.venv/bin`
first on the path; what stands below it must be what is printed. `...` stands for any text. A page's shell, and all that
it started, ends with the page.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from sybil import Document, Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

ROOT = Path(__file__).parent
_LIMIT_S = 60


class Shell:
    """One bash that lives as long as a page: variables and background jobs go on from block to block."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="haemaru-docs-")
        env = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": self.folder.name,
            "HAEMARU": str(ROOT),
            "LANG": "C.UTF-8",
        }
        command = ["bash", "--noprofile", "--norc"]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.folder.name,
            env=env,
            start_new_session=True,
        )

    def type(self, command: str) -> str:
        """What the command prints, both streams."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        guard = signal.signal(signal.SIGALRM, _too_long)
        signal.alarm(_LIMIT_S)
        try:
            self.process.stdin.write(f"{command}\necho; echo --said--\n")
            self.process.stdin.flush()
            lines: list[str] = []
            for line in self.process.stdout:
                if line == "--said--\n":
                    break
                lines.append(line)
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, guard)
        return "".join(lines).strip()

    def close(self) -> None:
        """Ends the shell and everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        self.process.wait(timeout=10)
        self.folder.cleanup()


def _too_long(*_: object) -> None:
    raise TimeoutError(f"no answer within {_LIMIT_S} s")


def _matches(expected: str, said: str) -> bool:
    pattern = ".*?".join(re.escape(part) for part in expected.split("..."))
    return re.fullmatch(pattern, said, re.DOTALL) is not None


def _console(example: Example) -> str | None:
    shell: Shell = example.namespace.setdefault("_shell", None) or Shell()
    example.namespace["_shell"] = shell
    steps = re.split(r"^\$ ", str(example.parsed), flags=re.MULTILINE)
    if example.namespace.get("_broken"):
        return "an earlier command on this page did not do what it should"
    example.namespace["_broken"] = True
    for step in steps[1:]:
        # A command goes on over lines that end with a backslash or, as bash shows them, begin with `> `.
        found = re.match(r"((?:[^\n]*\\\n)*[^\n]*(?:\n> [^\n]*)*)\n?(.*)", step, re.DOTALL)
        assert found is not None
        command, expected = re.sub(r"\n> ", "\n", found.group(1)), found.group(2).strip()
        said = shell.type(command)
        if not _matches(expected, said):
            return f"$ {command}\nexpected:\n{expected}\n\nsaid:\n{said}"
    example.namespace["_broken"] = False
    return None


def _teardown(namespace: dict[str, Any]) -> None:
    shell = namespace.get("_shell")
    if shell is not None:
        shell.close()


def _setup(namespace: dict[str, Any]) -> None:
    namespace.clear()


pytest_collect_file = Sybil(
    parsers=[
        SkipParser(),
        PythonCodeBlockParser(),
        CodeBlockParser(language="console", evaluator=_console),
    ],
    patterns=["README.md", "PROTOCOL.md", "docs/**/*.md", "docs/*.md"],
    # Its records, commands and decisions are read together by tests/agreement/test_reference.py.
    excludes=["docs/reference/agreement.md"],
    setup=_setup,
    teardown=_teardown,
    document_types={".md": Document},
).pytest()

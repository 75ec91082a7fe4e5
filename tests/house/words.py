"""Which keys of the catalogues the house uses: read from the source, not from a run."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.pofile import read_po

PARTS = ("what", "why", "do")


@dataclass
class Use:
    """One key in use: where, and which values are handed in (None: not known from the source)."""

    key: str
    where: str
    values: frozenset[str] | None


@dataclass
class Words:
    """What the source says: keys in use, every literal text, and every literal that opens a longer, computed key."""

    uses: list[Use] = field(default_factory=list)
    literals: set[str] = field(default_factory=set)
    openings: set[str] = field(default_factory=set)

    def may_use(self, key: str) -> bool:
        """Whether the key, or the code within it, stands in the source or begins with a text that does."""
        names = {key}
        if key.startswith("reason."):
            names.add(key.removeprefix("reason."))
        if key.startswith("fault.") and key.rsplit(".", 1)[1] in PARTS:
            names.add(key.removeprefix("fault.").rsplit(".", 1)[0])
        return bool(names & self.literals) or any(name.startswith(o) for name in names for o in self.openings)


def catalogue(package: Path, lang: str) -> dict[str, list[tuple[str, str]]]:
    """Every key with the files that hold it and the text there."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in sorted((package / "wording" / "locale" / lang).glob("*.po")):
        with path.open("rb") as handle:
            for message in read_po(handle, locale=lang):
                if message.id:
                    found.setdefault(str(message.id), []).append((path.name, str(message.string)))
    return found


def placeholders(text: str) -> frozenset[str]:
    """The names that stand in braces."""
    return frozenset(re.findall(r"(?<!\{)\{([a-z_][a-z0-9_]*)(?::[^}]*)?\}(?!\})", text))


def read_words(package: Path) -> Words:
    """All words of the package: Python by its syntax tree, templates, scripts and data files by pattern."""
    words = Words()
    for path in sorted(package.rglob("*.py")):
        where = str(path.relative_to(package))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                words.uses.extend(_called(node, f"{where}:{node.lineno}"))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.literals.add(node.value)
            elif isinstance(node, ast.JoinedStr | ast.BinOp):
                words.openings.update(_opening(node))
    for path in (p for kind in ("html", "js", "toml", "jinja") for p in sorted(package.rglob(f"*.{kind}"))):
        if "vendor" not in path.parts:
            _template(path, str(path.relative_to(package)), words)
    return words


def _called(node: ast.Call, where: str) -> Iterator[Use]:
    name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
    first = node.args[0] if node.args else None
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return
    given = None if any(k.arg is None for k in node.keywords) else frozenset(k.arg or "" for k in node.keywords)
    if name == "say" and len(node.args) > 1:
        yield Use(first.value, where, given)
    elif name == "Fault" and len(node.args) == 2:
        for part in PARTS:
            yield Use(f"fault.{first.value}.{part}", where, given)
    elif name == "Reason":
        yield Use(f"reason.{first.value}", where, _handed(node))


def _handed(node: ast.Call) -> frozenset[str] | None:
    facts = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg == "params"), None)
    if facts is None:
        return frozenset()
    if isinstance(facts, ast.Dict) and all(isinstance(k, ast.Constant) for k in facts.keys):
        return frozenset(str(k.value) for k in facts.keys if isinstance(k, ast.Constant))
    return None


def _opening(node: ast.JoinedStr | ast.BinOp) -> Iterator[str]:
    first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else getattr(node, "left", None)
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return
    # `fault.` and `reason.` open every key of their kind: they would make the question idle.
    if first.value not in ("fault.", "reason.") and re.fullmatch(r"[a-z_]+[._][a-z_.]*", first.value):
        yield first.value


def _template(path: Path, where: str, words: Words) -> None:
    text = path.read_text(encoding="utf-8")
    words.literals.update(re.findall(r"""["'`]([a-z][a-z0-9_.]*)["'`]""", text))
    words.openings.update(re.findall(r"""["'`]([a-z_]+\.(?:[a-z_]+\.)*)(?:["']\s*[~+]|\$\{)""", text))
    for key in re.findall(r"""(?<![\w.])(?:say|_)\(\s*["']([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)["']\s*[,)]""", text):
        words.uses.append(Use(key, where, None))

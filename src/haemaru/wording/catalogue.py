"""Gettext catalogues, read from the `.po` files beside this module when the first word of a language is needed."""

import gettext
import io
from functools import cache
from pathlib import Path
from typing import Any

from haemaru.wording.reasons import Fault, Reason

LANGUAGES = ("ko", "en")
_LOCALE = Path(__file__).parent / "locale"


@cache
def _catalogue(lang: str) -> dict[str, str]:
    # Babel is imported only here: a command that prints JSON needs no words.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    words: dict[str, str] = {}
    for path in sorted((_LOCALE / lang).glob("*.po")):
        compiled = io.BytesIO()
        with path.open("rb") as handle:
            write_mo(compiled, read_po(handle, locale=lang))
        compiled.seek(0)
        loaded: dict[str, Any] = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
        words.update({key: text for key, text in loaded.items() if key})
    return words


def keys(lang: str) -> frozenset[str]:
    """Every key that the catalogues of `lang` hold."""
    return frozenset(_catalogue(lang))


def say(key: str, lang: str, /, **params: object) -> str:
    """The text of `key` in `lang` with its values filled in; an unknown key shows itself, so nothing is hidden."""
    text = _catalogue(lang if lang in LANGUAGES else "en").get(key, key)
    try:
        return text.format(**params)
    except (KeyError, IndexError):
        return f"{text} {params}"


def say_reason(reason: Reason, lang: str) -> str:
    """The sentence for a reason, from the key `reason.<code>`."""
    return say(f"reason.{reason.code}", lang, **reason.params)


def say_fault(fault: Fault, lang: str) -> dict[str, str]:
    """What, where, why and what to do about a fault, in the reader's language."""
    words = {part: say(f"fault.{fault.code}.{part}", lang, **fault.params) for part in ("what", "why", "do")}
    return {"code": fault.code, "what": words["what"], "where": fault.where, "why": words["why"], "do": words["do"]}

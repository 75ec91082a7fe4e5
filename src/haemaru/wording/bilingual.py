"""A text that exists in both languages, such as a clause or a port's name."""

import msgspec


class Bilingual(msgspec.Struct, frozen=True):
    """One text in Korean and in English."""

    ko: str
    en: str

    def within(self, lang: str) -> str:
        """The text in the reader's language: Korean for `ko`, English otherwise."""
        return self.ko if lang == "ko" else self.en

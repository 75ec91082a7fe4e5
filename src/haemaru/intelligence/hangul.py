"""Korean ship names in Latin letters, and one skeleton for the many ways they are spelt.

Each syllable is written by the Revised Romanization without assimilation, as hull lettering and passports do it. The
skeleton then folds what officers spell differently: Pusan and Busan, Lee and Ri, Haemaru and Hae Maroo.
"""

import re

_FIRST = 0xAC00
_LAST = 0xD7A3
_INITIALS = ("g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h")
_VOWELS = ("a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu",
           "eu", "ui", "i")  # fmt: skip
_FINALS = ("", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t",
           "ng", "t", "t", "k", "t", "p", "t")  # fmt: skip

# Order matters: the longer spelling before the shorter one that it holds.
_FOLDS = (
    (r"(KK|GG|K|G|Q)", "K"),
    (r"(TT|DD|T|D)", "T"),
    (r"(PP|BB|P|B|V)", "P"),
    (r"(CH|JJ|J|ZH|Z)", "J"),
    (r"(SS|SH|S)", "S"),
    (r"(LL|RR|L|R)", "R"),
    (r"PH|F", "P"),
    (r"Y?EO|U|OO|EU|O", "O"),
    (r"AE|E|AI|AY", "E"),
    (r"(EE|YI|I|Y)", "I"),
    (r"(.)\1+", r"\1"),
)


def romanised(text: str) -> str:
    """The text with each Hangul syllable in Latin letters, capitals; everything else stays."""
    return "".join(_syllable(sign) for sign in text).upper()


def _syllable(sign: str) -> str:
    if not _FIRST <= ord(sign) <= _LAST:
        return sign
    place = ord(sign) - _FIRST
    return _INITIALS[place // 588] + _VOWELS[place % 588 // 28] + _FINALS[place % 28]


def skeleton(text: str) -> str:
    """What the usual spellings of one sound share; only for comparing, never shown as a name."""
    folded = re.sub(r"[^A-Z]", "", romanised(text))
    for pattern, sign in _FOLDS:
        folded = re.sub(pattern, sign, folded)
    return folded

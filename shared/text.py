"""Text that people wrote, in one way of writing it: what looks the same is the same."""

from __future__ import annotations

import re
import unicodedata

from shared.errors import Unfit

JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
# Characters by Unicode's word, and seen by nobody.
BLANK = "\N{BRAILLE PATTERN BLANK}\N{HANGUL FILLER}\N{HANGUL CHOSEONG FILLER}\N{HANGUL JUNGSEONG FILLER}\N{HALFWIDTH HANGUL FILLER}"
NEITHER_SEEN_NOR_SPACE = frozenset(
    ("Cc", "Cf", "Cs", "Zl", "Zp")
)  # control, format (direction too), surrogates, separators
# Words of Latin letters, digits and signs with one space between them: seen, composed and tidy as they are, as nearly all texts.
PLAIN = re.compile("[!-~¡-¬®-ž]+(?: [!-~¡-¬®-ž]+)*")
SPACES = re.compile(r"[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")  # Unicode's Zs
LINE_ENDS = re.compile(r"\r\n?|[\x85\u2028\u2029]")
# Unicode's white space. Python's `strip` takes four control characters for it too.
WHITE = "\t\n\v\f\r \x85\u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
BLANK_LINES = re.compile(r"\n{3,}")


def one_line(text: str) -> str:
    """Composed (NFC), with a plain space where there were several, or others, and nothing white at the ends.

    A tab or the end of a line inside stays where it is, and is then refused: it was not meant to be one line.

    >>> one_line(" Ka\\N{COMBINING ACUTE ACCENT}ra\\N{NO-BREAK SPACE}  sjohka ")
    'Kára sjohka'
    """
    if PLAIN.fullmatch(text):
        return text
    return SPACES.sub(" ", unicodedata.normalize("NFC", text).strip(WHITE))


def lines(text: str) -> str:
    r"""The same for text of several lines, however these end: each in itself, and at most one empty line between two.

    >>> lines("Kjære  alle,\r\n\r\n\r\n\r\nvi sees!\t")
    'Kjære alle,\n\nvi sees!'
    """
    each = (one_line(line) for line in LINE_ENDS.sub("\n", text).replace("\t", " ").split("\n"))
    return BLANK_LINES.sub("\n\n", "\n".join(each)).strip("\n")


def check_is_seen(text: str, *, may_break: bool = False) -> None:
    """Raises Unfit for a text in which nothing is seen, or which has characters that hide, turn or control others.

    Of these it may have `\\n` where it `may_break`.
    """
    if PLAIN.fullmatch(text):
        return
    allowed = JOINERS + "\n" if may_break else JOINERS
    for character in "" if text.isprintable() else text:
        if unicodedata.category(character) in NEITHER_SEEN_NOR_SPACE and character not in allowed:
            msg = f"the text has a character that is not seen: U+{ord(character):04X}"
            raise Unfit(msg, code="hidden_character")
    if not any(unicodedata.category(it)[0] in "LNPS" and it not in BLANK for it in text):
        msg = "the text has nothing that is seen"
        raise Unfit(msg, code="nothing_to_see")


def mended(text: str) -> str:
    r"""One line without what hides something in it, and no longer than it was; `?` where nothing is seen.

    >>> mended("Kul\u00adtur\u2028skole\u202e")
    'Kultur skole'
    """
    white = "".join(" " if it in WHITE else it for it in text)
    kept = "".join(it for it in white if it in JOINERS or unicodedata.category(it) not in NEITHER_SEEN_NOR_SPACE)
    line = one_line(kept)[: len(text)].rstrip()
    try:
        check_is_seen(line)
    except ValueError:
        return "?"
    return line

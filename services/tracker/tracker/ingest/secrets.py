"""What secrets look like: by the name they go under, and by their own shape."""

import re
import string
from collections.abc import Callable, Collection
from functools import lru_cache

_SECRET_WORDS = frozenset(
    {
        *("password", "passwd", "passphrase", "passcode", "pwd", "secret", "token", "apikey", "jwt", "bearer"),
        *("authorization", "auth", "cookie", "cookies", "credential", "credentials", "privatekey", "accesskey"),
        *("csrf", "xsrf", "cvv", "cvc", "ssn", "phpsessid", "jsessionid", "sessionid", "sid"),
    }
)
_SECRET_ENDINGS = ("password", "passwd", "secret", "token", "apikey", "cookie")  # run together: dbpassword
_KINDS_OF_KEY = frozenset({"api", "access", "private", "secret", "signing", "encryption", "auth", "ssh", "client"})
_MEASURES = frozenset(
    {"count", "counts", "type", "limit", "length", "size", "enabled", "used", "budget", "usage", "url", "uri", "at"}
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

NAME_HINTS = (
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "auth",
    "cookie",
    "cred",
    "jwt",
    "srf",
    "cv",
    "ssn",
    "sid",
    "bear",
)
_NAME_CHARACTERS = string.ascii_letters + string.digits + "_-"
_NAME = re.compile(r"[\w-]{0,64}")
_VALUE = re.compile(
    r"""(?P<head>["']?\s*[:=]\s*)
        (?P<value>(?i:bearer|basic|digest)\ +[^\s"',;]+
                | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | [^\s&;,"'<>(){}\[\]]+ )""",
    re.VERBOSE,
)
_BEARER = re.compile(r"\b(Bearer|Basic) +[\w.~+/=-]{8,}", re.IGNORECASE)
_COOKIES = re.compile(r"\b((?:set-)?cookie)(\s*[:=]\s*)(?![\"'])[^\n]+", re.IGNORECASE)
_USER_INFO = re.compile(r"(?<=://)[^\s/@?#]+(?=@)")

_SHAPES = r"eyj|[spr]k[-_]|gh[pousr]_|github_pat|glpat-|xox|akia|asia|aiza|hf_|npm_|-----b"
_LONG_NUMBER = r"\d(?:[ -]?\d){12}"
_TOKEN = re.compile(
    r"""\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?   # JSON Web Token
      | \b(?:sk|pk|rk)[-_][\w-]{16,}              # OpenAI, Anthropic, Stripe
      | \bgh[pousr]_\w{20,} | \bgithub_pat_\w{20,} | \bglpat-[\w-]{16,}
      | \bxox[abeoprs]-[\w-]{10,}
      | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b | \bAIza[\w-]{30,}
      | \bhf_[A-Za-z0-9]{20,} | \bnpm_[A-Za-z0-9]{30,}
      | -----BEGIN[ A-Z]*PRIVATE\ KEY-----.*?(?:-----END[ A-Z]*PRIVATE\ KEY-----|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
_EMAIL = re.compile(r"\b[\w.+-]{1,64}(?:@|%40)[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b(?!:\d)")
_CARD = re.compile(r"[2-6](?:[ -]?\d){12,18}(?![\w-])")

REDACTED = "[redacted]"


@lru_cache(4096)
def is_secret_name(name: str) -> bool:
    """Whether what goes under this name is a secret: `authToken`, `X-Api-Key`; not `token_count`, `session_id`."""
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or words[-1] in _MEASURES:
        return False
    if any(word in _SECRET_WORDS or word.endswith(_SECRET_ENDINGS) for word in words):
        return True
    return "key" in words and any(word in _KINDS_OF_KEY for word in words)


def hints_of(names: Collection[str]) -> re.Pattern[str]:
    """Finds, in lower case text, each place where the name of a secret could be."""
    return re.compile(_any_of(names))


def suspicion(names: Collection[str]) -> re.Pattern[str]:
    """Finds, in lower case text, whether there can be anything at all to take out: most texts are done with this."""
    return re.compile(f"{_any_of(names)}|basic|{_SHAPES}|@|%40|{_LONG_NUMBER}")


def _any_of(names: Collection[str]) -> str:
    return "|".join(re.escape(hint) for hint in (*NAME_HINTS, *names))


def without_named_secrets(text: str, hints: re.Pattern[str], is_secret: Callable[[str], bool]) -> str:
    """`password=x` and `"api_key": "x"` lose their values, headers and URLs their credentials."""
    if "://" in text and "@" in text:
        text = _USER_INFO.sub(REDACTED, text)
    lowered = _lower(text)
    if "cookie" in lowered:
        text = _COOKIES.sub(rf"\1\2{REDACTED}", text)
        lowered = _lower(text)
    if hints.search(lowered):
        text = _hide_values(text, lowered, hints, is_secret)
    return _BEARER.sub(rf"\1 {REDACTED}", text) if "bearer" in lowered or "basic" in lowered else text


def _hide_values(text: str, lowered: str, hints: re.Pattern[str], is_secret: Callable[[str], bool]) -> str:
    """Look at the name around each hint: where it is a secret's, what follows `=` or `:` is cut out."""
    kept: list[str] = []
    done = 0
    for hint in hints.finditer(lowered):
        if hint.start() < done:
            continue
        name_end = _end_of_name(text, hint.end())
        value = _VALUE.match(text, name_end)
        if value and is_secret(text[_start_of_name(text, hint.start()) : name_end]):
            kept += (text[done : value.start("value")], REDACTED)
            done = value.end()
    return "".join((*kept, text[done:]))


def _end_of_name(text: str, position: int) -> int:
    match = _NAME.match(text, position)
    return match.end() if match else position


def _start_of_name(text: str, position: int) -> int:
    start = max(0, position - 64)
    before = text[start:position]
    return position - len(before) + len(before.rstrip(_NAME_CHARACTERS))


def _lower(text: str) -> str:
    """In lower case and of the same length, so that positions agree (`İ` alone would become two characters)."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower() if c.isascii() else c for c in text)


def without_tokens(text: str) -> str:
    """Keys and tokens that are known by their shape are gone."""
    return _TOKEN.sub(REDACTED, text)


def without_cards(text: str) -> str:
    """Card numbers, which a check digit tells from other long numbers, are gone."""
    return _CARD.sub(_hide_card, text)


def _hide_card(match: re.Match[str]) -> str:
    text, start = match.string, match.start()
    inside_another = start > 0 and (text[start - 1].isalnum() or text[start - 1] in "._-")
    return match[0] if inside_another or not _is_card(match[0]) else "[card]"


def without_emails(text: str) -> str:
    """E-mail addresses are gone."""
    return _EMAIL.sub("[email]", text) if "@" in text or "%40" in text else text


def _is_card(text: str) -> bool:
    digits = [int(character) for character in text if character.isdigit()]
    if len(digits) > 19 or (digits[0] == 2 and len(digits) != 16):
        return False
    doubled = (sum(divmod(digit * 2, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0

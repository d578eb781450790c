"""What secrets look like: by the name they go under, and by their own shape."""

import re
from collections.abc import Callable, Iterable
from itertools import chain

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

_NAME_HINTS = (
    *("pass", "pwd", "secret", "token", "key", "auth", "cookie", "cred", "jwt", "bear", "srf", "cv", "ssn", "sid"),
)
"""One of these is in every name of a secret; looking for them first is much quicker than looking for names."""

_NAME = re.compile(r"""(?<![\w-])([\w-]++)["'\\ \t]*+(?:[:=]|%3[DdAa])""")
_VALUE = re.compile(
    r"""\s*>?\s*
        (?P<value>(?i:bearer|basic|digest)\ +[^\s"',;]+
                | \\"[^"\n]*" | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*'
                | [^\s&;,"'<>(){}\[\]]+ )""",
    re.VERBOSE,
)
_BEARER = re.compile(r"\b(Bearer|Basic) +[\w.~+/=-]{8,}", re.IGNORECASE)
_COOKIES = re.compile(r"\b((?:set-)?cookie)(\s*[:=]\s*)(?![\"'])[^\n]+", re.IGNORECASE)
_USER_INFO = re.compile(r"(?<=://)[^\s/@?#]+(?=@)")

_TOKEN_STARTS = (
    "eyJ",
    "sk-",
    "sk_",
    "pk_",
    "rk_",
    "gh",
    "glpat-",
    "xox",
    "AKIA",
    "ASIA",
    "AIza",
    "hf_",
    "npm_",
    "-----B",
)
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


def is_secret_name(name: str) -> bool:
    """Whether what goes under this name is a secret: `authToken`, `X-Api-Key`; not `token_count`, `session_id`."""
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or words[-1] in _MEASURES:
        return False
    if any(word in _SECRET_WORDS or word.endswith(_SECRET_ENDINGS) for word in words):
        return True
    return "key" in words and any(word in _KINDS_OF_KEY for word in words)


def without_named_secrets(text: str, is_secret: Callable[[str], bool], hints: Iterable[str] = ()) -> str:
    """`password=x` and `"api_key": "x"` lose their values, headers and URLs their credentials.

    `hints` are, in lower case, further names that `is_secret` knows.
    """
    if "://" in text and "@" in text:
        text = _USER_INFO.sub(REDACTED, text)
    if "asic " in text:
        text = _BEARER.sub(rf"\1 {REDACTED}", text)
    lowered = text.lower()
    for hint in chain(_NAME_HINTS, hints):
        if hint in lowered:
            text = _COOKIES.sub(rf"\1\2{REDACTED}", text)
            text = _hide_values(text, is_secret)
            return _BEARER.sub(rf"\1 {REDACTED}", text)
    return text


def _hide_values(text: str, is_secret: Callable[[str], bool]) -> str:
    """Where a secret's name stands before `=` or `:`, what follows is cut out."""
    kept: list[str] = []
    done = 0
    for name in _NAME.finditer(text):
        if name.start() < done or not is_secret(name[1]):
            continue
        value = _VALUE.match(text, name.end())
        if value:
            kept += (text[done : value.start("value")], REDACTED)
            done = value.end()
    return "".join((*kept, text[done:])) if kept else text


def without_tokens(text: str) -> str:
    """Keys and tokens that are known by their shape are gone."""
    for start in _TOKEN_STARTS:  # looking for each is much quicker than looking for the pattern
        if start in text:
            return _TOKEN.sub(REDACTED, text)
    return text


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

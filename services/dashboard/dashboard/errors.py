"""What can go wrong here, as types with a status and a code."""

from kit.problems import Forbidden, Overloaded, Problem, Unauthorized, Unavailable


class BadCredentials(Unauthorized):
    """A wrong password, or a code that was used, is too old or never was."""

    code = "bad_credentials"


class TooManyAttempts(Overloaded):
    """Too many failed logins; the header says when the next may be tried."""

    code = "too_many_attempts"


class CrossSite(Forbidden):
    """A change asked for by a page that is not ours."""

    code = "cross_site"


class ReadOnly(Forbidden):
    """A viewer asked for a change."""

    code = "read_only"


class UpstreamDown(Unavailable):
    """The agent or the tracker cannot be reached."""

    code = "upstream_down"


class UpstreamRefused(Unavailable):
    """The agent or the tracker does not take our token."""

    code = "upstream_refused"


class UpstreamTimeout(Problem):
    """The agent or the tracker took the request and did not answer in time."""

    status = 504
    code = "upstream_timeout"

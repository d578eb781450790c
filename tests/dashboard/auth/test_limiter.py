"""How often a login may fail."""

from dashboard.auth.limiter import Allowance, FailureLimiter, Rate, refilled, wait_s


def test_allowance_refills_up_to_its_size() -> None:
    """One failure comes back every so many seconds, never more than the burst."""
    rate = Rate(burst=3, every_s=10)
    assert refilled(rate, Allowance(0, at=100), 125) == Allowance(2.5, 125)
    assert refilled(rate, Allowance(0, at=100), 10_000) == Allowance(3, 10_000)
    assert wait_s(rate, Allowance(1, 0)) == 0
    assert wait_s(rate, Allowance(0.25, 0)) == 8


def test_address_waits_after_its_failures() -> None:
    """Five at once, then one every twenty seconds; others are not held up."""
    limiter = FailureLimiter()
    for _ in range(5):
        assert limiter.wait_s("10.0.0.1", 0) == 0
        limiter.failed("10.0.0.1", 0)
    assert limiter.wait_s("10.0.0.1", 0) == 20
    assert limiter.wait_s("10.0.0.2", 0) == 0
    assert limiter.wait_s("10.0.0.1", 20) == 0


def test_many_addresses_together_wait_too() -> None:
    """A botnet gets thirty tries and then one every five seconds; it is over soon after it stops."""
    limiter = FailureLimiter()
    for number in range(30):
        limiter.failed(f"10.0.0.{number}", 0)
    assert limiter.wait_s("192.168.0.1", 0) == 5
    assert limiter.wait_s("192.168.0.1", 6) == 0


def test_ipv6_subscriber_counts_as_one() -> None:
    """Changing the lower half of the address does not help."""
    limiter = FailureLimiter()
    for number in range(5):
        limiter.failed(f"2001:db8:1:2::{number}", 0)
    assert limiter.wait_s("2001:db8:1:2:ffff::1", 0) > 0
    assert limiter.wait_s("2001:db8:1:3::1", 0) == 0


def test_memory_is_bounded() -> None:
    """However many addresses try."""
    limiter = FailureLimiter(overall=Rate(1_000_000, 1))
    for number in range(25_000):
        limiter.failed(f"host-{number}", number / 1000)
    assert len(limiter._peers) <= 10_000

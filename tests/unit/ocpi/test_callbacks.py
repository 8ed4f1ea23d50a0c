"""Which URLs of partners may be called."""

import pytest

from csms.ocpi.callbacks import callback_problem, host_of

HOSTS = ["Terminals.example", "10.0.0.5", "localhost", "169.254.169.254", "127.1", "printer.local"]


def test_https_to_a_host_of_the_partner_may_be_called() -> None:
    assert callback_problem("https://terminals.example:8443/commands/1?x=y", HOSTS) is None
    assert host_of("https://Terminals.Example./x") == "terminals.example"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://terminals.example/1", "not https"),
        ("ftp://terminals.example/1", "not https"),
        ("https://evil.example/1", "not a host of this partner"),
        ("https://terminals.example.evil.example/1", "not a host of this partner"),
        ("https://terminals.example@evil.example/1", "carries user information"),
        ("https://10.0.0.5/1", "not a public address"),
        ("https://169.254.169.254/latest/meta-data", "not a public address"),
        ("https://[::1]/1", "not a public address"),
        ("https://localhost/1", "not a public address"),
        ("https://127.1/1", "not a public address"),
        ("https://0x7f000001/1", "not a public address"),
        ("https://printer.local/1", "not a public address"),
        ("https:///1", "not a URL"),
        ("https://[bad/1", "not a URL"),
        ("terminals.example", "not a URL"),
        ("https://terminals.example/" + "x" * 3000, "not a URL"),
    ],
)
def test_everything_else_may_not(url: str, problem: str) -> None:
    assert callback_problem(url, HOSTS) == problem


def test_on_a_laptop_plain_http_to_loopback_may() -> None:
    assert callback_problem("http://127.0.0.1:9000/r", ["127.0.0.1"], private_allowed=True) is None
    assert callback_problem("http://other.example/r", ["127.0.0.1"], private_allowed=True) is not None

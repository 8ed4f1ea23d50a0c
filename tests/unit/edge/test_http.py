import base64

from csms.edge.http import answer, read_request
from tests.kit.http_events import http_event


def test_segments_are_decoded_and_empty_ones_left_out() -> None:
    request = read_request(http_event("get", "/ocpi//cpo/2.3.0/locations/a%2Fb%20c/"))
    assert request.segments == ("ocpi", "cpo", "2.3.0", "locations", "a/b c")
    assert request.method == "GET"


def test_the_stage_is_no_part_of_the_path() -> None:
    event = http_event("GET", "/prod/ocpi/versions")
    event["requestContext"]["stage"] = "prod"
    assert read_request(event).path == "/ocpi/versions"


def test_of_a_parameter_given_twice_the_last_counts() -> None:
    event = http_event("GET", "/x")
    event["rawQueryString"] = "a=1&b=&a=2&c=%2B"
    assert read_request(event).query == {"a": "2", "b": "", "c": "+"}


def test_header_names_are_lower_case() -> None:
    assert read_request({**http_event("GET", "/x"), "headers": {"X-A": "b"}}).headers == {"x-a": "b"}


def test_bodies() -> None:
    event = http_event("POST", "/x", body="täxt")
    assert read_request(event).body == "täxt".encode()
    encoded = base64.b64encode(b"\xff").decode()
    assert read_request({**event, "body": encoded, "isBase64Encoded": True}).body == b"\xff"
    assert read_request({**event, "body": None}).body == b""


def test_answers_are_json_and_never_kept() -> None:
    made = answer(200, "{}")
    assert made["headers"] == {"Content-Type": "application/json", "Cache-Control": "no-store"}
    assert "Content-Type" not in answer(204)["headers"]
    assert answer(200, "<p>", {"Content-Type": "text/html"})["headers"]["Content-Type"] == "text/html"

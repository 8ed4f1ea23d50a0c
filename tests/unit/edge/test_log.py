import json
from typing import Any

import pytest

from csms.edge import log
from csms.edge import log_catalogue as catalogue


def written(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    line = capsys.readouterr().out
    assert line.count("\n") == 1
    read: dict[str, Any] = json.loads(line)
    return read


def test_a_line_has_time_level_event_and_fields(capsys: pytest.CaptureFixture[str]) -> None:
    log.write(catalogue.OCPP_FRAME, charger_id="C1", action=None)
    line = written(capsys)
    assert line["event"] == "ocpp_frame"
    assert line["level"] == "INFO"
    assert line["charger_id"] == "C1"
    assert "action" not in line


@pytest.mark.parametrize(
    "name", ["token", "task_token", "Authorization", "eft_data", "id_tag", "password_hashes", "uid"]
)
def test_secrets_and_personal_data_are_hidden_also_inside(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    fields: dict[str, Any] = {name: "geheim"}
    log.write(catalogue.OCPI_REQUEST, **fields, document={"deep": [{name: "geheim"}]})
    assert "geheim" not in json.dumps(written(capsys))


def test_a_payment_is_found_by_a_digest_and_not_by_its_reference(capsys: pytest.CaptureFixture[str]) -> None:
    log.write(catalogue.PAYMENT_STEP, payment_id="p#geheim")
    assert written(capsys)["payment_id"] == log.reference("p#geheim")


def test_an_error_tells_its_type_and_place_but_not_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError) as raised:
        dict[str, str]()["geheim"]
    log.write(catalogue.UNEXPECTED_ERROR, error=raised.value)
    line = written(capsys)
    assert line["error"] == "KeyError"
    assert "test_log.py" in line["error_at"][-1]
    assert "geheim" not in json.dumps(line)


def test_context_is_on_every_line_inside_and_gone_after(capsys: pytest.CaptureFixture[str]) -> None:
    with log.context(request_id="r1"):
        log.write(catalogue.OCPI_REQUEST)
        assert written(capsys)["request_id"] == "r1"
    log.write(catalogue.OCPI_REQUEST)
    assert "request_id" not in written(capsys)


def test_names_in_the_catalogue_are_unique() -> None:
    events = [value for value in vars(catalogue).values() if isinstance(value, catalogue.LogEvent)]
    assert len({event.name for event in events}) == len(events) > 20

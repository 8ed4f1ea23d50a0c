import pytest

from csms.domain.identifiers import REMOTE_START_ID_MAX, new_remote_start, remote_start_id_of


def test_the_tag_carries_the_id_and_fits_ocpp_16() -> None:
    bits = iter([0x0012ABCD, 0xDEADBEEF])
    assert new_remote_start(lambda _: next(bits)) == (0x0012ABCD, "0012ABCDDEADBEEF")


@pytest.mark.parametrize(("drawn", "expected"), [(0, 1), (1, 1), (REMOTE_START_ID_MAX, REMOTE_START_ID_MAX)])
def test_the_id_is_a_positive_int32(drawn: int, expected: int) -> None:
    bits = iter([drawn, 7])
    remote_start_id, id_tag = new_remote_start(lambda _: next(bits))
    assert remote_start_id == expected
    assert len(id_tag) == 16
    assert remote_start_id_of(id_tag) == expected


def test_every_drawn_tag_is_another_one_and_is_read_back() -> None:
    drawn = [new_remote_start() for _ in range(50)]
    assert len({tag for _, tag in drawn}) == 50
    assert all(remote_start_id_of(tag) == remote_start_id for remote_start_id, tag in drawn)


def test_chargers_may_change_the_case_or_pad_the_tag() -> None:
    assert remote_start_id_of(" 0012abcddeadbeef ") == 0x0012ABCD


@pytest.mark.parametrize(
    "card",
    ["", "04A1B2C3", "04A1B2C3D4E5F6", "00000000DEADBEEF", "80000000DEADBEEF", "0012ABCDDEADBEEG", "+012ABCDDEADBEEF0",
     "\u0660\u066012ABCDDEADBEEF"],
)  # fmt: skip
def test_a_card_is_not_taken_for_a_remote_start(card: str) -> None:
    assert remote_start_id_of(card) is None

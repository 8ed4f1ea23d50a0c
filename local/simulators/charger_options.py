"""Ways in which a charger on a wall may behave."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass
class ChargerOptions:
    """Switches of a simulated charger; the defaults are a charger that does everything right.

    Durations are simulated seconds unless the name says `real`.
    """

    auto_start_on_remote: bool = True  # an accepted remote start starts (at once if plugged, else on plug-in)
    plug_on_remote_start: bool = False  # a car is plugged in as soon as a remote start is accepted
    reject_remote_start: bool = False
    reject_remote_start_without_connector: bool = False
    reject_remote_stop: bool = False
    ignore_remote_stop: bool = False  # accepts a remote stop and goes on charging
    ignore_commands: bool = False  # never answers a CALL of the CSMS
    authorize_remote: bool = False  # sends Authorize after accepting a remote start
    authorize_before_answer: bool = False  # sends Authorize and waits for it before answering a remote start
    authorize_offline: bool = True  # lets anybody charge while the line is down
    duplicate_start: bool = False  # sends the start of a transaction twice, under new message ids
    skip_stop: bool = False  # never reports the end of a transaction
    skip_transaction_data: bool = False  # leaves transactionData out of StopTransaction
    late_status_order: bool = False  # connector status arrives before the transaction message it belongs to
    status_before_answer: bool = False  # sends StatusNotification before answering the command that caused it
    transaction_id_minus_one: bool = False  # 1.6: messages carry -1 when the start was refused
    seq_no_always_zero: bool = False  # 2.0.1: every TransactionEvent has seqNo 0
    omit_id_token_in_started: bool = False  # 2.0.1: a remote start is named by remoteStartId alone
    counting_message_ids: bool = False  # message ids are "1", "2", ... from 1 after every connect
    same_id_on_retry: bool = False  # a message whose answer was lost is repeated under its old id
    boot_on_reconnect: bool = False
    reconnect: bool = True  # dials again when the server closes the line
    reconnect_real_seconds: float = 0.5
    meter_interval_seconds: float = 60
    connection_timeout_seconds: float = 120  # how long an authorisation waits for the cable
    answer_timeout_real_seconds: float = 30
    reset_real_seconds: float = 0.2
    status_train_real_seconds: float = 0.05  # between two steps of a firmware or log upload train

    @classmethod
    def named(cls, *names: str) -> ChargerOptions:
        """Build options from words such as `skip_stop` or `meter_interval_seconds=0.5`.

        Raises ValueError for a word that is not an option.
        """
        options = cls()
        known = {option.name for option in fields(cls)}
        for word in names:
            name, _, value = word.partition("=")
            if name not in known:
                raise ValueError(f"unknown charger option {name!r}; known are {', '.join(sorted(known))}")
            setattr(options, name, float(value) if name.endswith("_seconds") else value.lower() not in {"no", "false"})
        return options

"""Every log line of the product: its stable name and level. Alarms and people search for these names.

Add a line here before logging it; a name never changes its meaning.
"""

from __future__ import annotations

from typing import Final, NamedTuple

INFO: Final = "INFO"
WARNING: Final = "WARNING"
ERROR: Final = "ERROR"


class LogEvent(NamedTuple):
    """The name and level of one kind of log line."""

    name: str
    level: str


# --- every function
UNEXPECTED_ERROR: Final = LogEvent("unexpected_error", ERROR)
STORAGE_UNAVAILABLE: Final = LogEvent("storage_unavailable", WARNING)

# --- OCPP
OCPP_FRAME: Final = LogEvent("ocpp_frame", INFO)
OCPP_FRAME_REFUSED: Final = LogEvent("ocpp_frame_refused", WARNING)
OCPP_PAYLOAD_PARKED: Final = LogEvent("ocpp_payload_parked", WARNING)
OCPP_ANSWER_NOT_SENT: Final = LogEvent("ocpp_answer_not_sent", WARNING)
OCPP_HANDSHAKE_REFUSED: Final = LogEvent("ocpp_handshake_refused", WARNING)
OCPP_CONNECTED: Final = LogEvent("ocpp_connected", INFO)
OCPP_DISCONNECTED: Final = LogEvent("ocpp_disconnected", INFO)
OCPP_COMMAND_SENT: Final = LogEvent("ocpp_command_sent", INFO)
OCPP_COMMAND_ANSWERED: Final = LogEvent("ocpp_command_answered", INFO)
OCPP_COMMAND_NOT_SENT: Final = LogEvent("ocpp_command_not_sent", WARNING)
OCPP_COMMAND_EXPIRED: Final = LogEvent("ocpp_command_expired", WARNING)

# --- OCPI, what partners ask of us
OCPI_REQUEST: Final = LogEvent("ocpi_request", INFO)
OCPI_REQUEST_REFUSED: Final = LogEvent("ocpi_request_refused", WARNING)
OCPI_INPUT_TOLERATED: Final = LogEvent("ocpi_input_tolerated", INFO)
OCPI_RENDERING_LOSS: Final = LogEvent("ocpi_rendering_loss", INFO)
OCPI_REGISTERED: Final = LogEvent("ocpi_registered", INFO)
OCPI_UNREGISTERED: Final = LogEvent("ocpi_unregistered", WARNING)
OCPI_HANDSHAKE_FAILED: Final = LogEvent("ocpi_handshake_failed", WARNING)
OCPI_COMMAND_DECIDED: Final = LogEvent("ocpi_command_decided", INFO)
OCPI_CAPTURE_RECEIVED: Final = LogEvent("ocpi_capture_received", INFO)
OCPI_CAPTURE_SUSPECT: Final = LogEvent("ocpi_capture_suspect", WARNING)

# --- OCPI, what we tell partners
PUSH_DELIVERED: Final = LogEvent("push_delivered", INFO)
PUSH_NOT_NEEDED: Final = LogEvent("push_not_needed", INFO)
PUSH_WILL_RETRY: Final = LogEvent("push_will_retry", WARNING)
PUSH_REFUSED: Final = LogEvent("push_refused", ERROR)
PUSH_TOKEN_REFUSED: Final = LogEvent("push_token_refused", ERROR)

# --- the outbox and the payment session
OUTBOX_RELAYED: Final = LogEvent("outbox_relayed", INFO)
OUTBOX_ROW_UNUSABLE: Final = LogEvent("outbox_row_unusable", ERROR)
WORKFLOW_ALREADY_STARTED: Final = LogEvent("workflow_already_started", INFO)
WORKFLOW_SIGNAL_LATE: Final = LogEvent("workflow_signal_late", INFO)
PAYMENT_STEP: Final = LogEvent("payment_step", INFO)
PAYMENT_NEEDS_PERSON: Final = LogEvent("payment_needs_person", ERROR)
TRANSACTION_STRANDED: Final = LogEvent("transaction_stranded", WARNING)
SESSION_SETTLED: Final = LogEvent("session_settled", INFO)
SESSION_HELD_FOR_REVIEW: Final = LogEvent("session_held_for_review", WARNING)

# --- projections, operator, sweeper, receipts
PROJECTION_SKIPPED: Final = LogEvent("projection_skipped", INFO)
PROJECTION_DONE: Final = LogEvent("projection_done", INFO)
OPERATOR_REQUEST: Final = LogEvent("operator_request", INFO)
OPERATOR_REQUEST_REFUSED: Final = LogEvent("operator_request_refused", WARNING)
SWEEP_DONE: Final = LogEvent("sweep_done", INFO)
SWEEP_FOUND: Final = LogEvent("sweep_found", WARNING)
RECEIPT_SHOWN: Final = LogEvent("receipt_shown", INFO)
RECEIPT_REFUSED: Final = LogEvent("receipt_refused", WARNING)

"""Ways in which a payment terminal platform may deviate, misbehave or fail."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass
class TerminalModes:
    """Switches of the simulated platform; the defaults are a platform that does everything right."""

    # How it speaks
    role: str = "PTP"  # the role in its credentials: PTP is in no version's Role enumeration; also EMSP, OTHER
    token_type: str = "AD_HOC_USER"  # noqa: S105 - of the token in START_SESSION; also APP_USER, OTHER
    no_auth_on_versions: bool = False  # reads the CPO's versions and details without a token
    rejects_token_on_versions: bool = False  # answers 401 on its versions and details when a token is sent
    raw_token: bool = False  # sends tokens as they are instead of base64
    trailing_slash: bool = False  # ends every address with a slash
    patch_terminal: bool = False  # announces terminals by PATCH instead of POST
    sends_nulls: bool = False  # writes optional fields it does not use as null
    unknown_fields: bool = False  # adds fields that no version defines
    no_routing_headers: bool = False  # leaves out the OCPI-from-... and OCPI-to-... headers
    slow: float = 0.0  # real seconds before every answer

    # How it starts and stops
    duplicate_start: bool = False  # sends each START_SESSION twice
    callback_fails: bool = False  # answers 500 at the response_url

    # How it takes what the CPO pushes
    session_push_500: bool = False  # answers 500 to every session
    cdr_500_n_times: int = 0  # answers 500 to the first n CDRs
    cdr_2xxx: bool = False  # answers 200 with OCPI status 2001 to CDRs
    cdr_no_location_header: bool = False
    location_push_500: bool = False

    # How it confirms the capture (FinancialAdviceConfirmation)
    price_2_2_1_shape_in_2_3_0: bool = False  # excl_vat and incl_vat also in 2.3.0
    fac_only_incl_vat: bool = False  # a price of incl_vat alone
    fac_without_eft_data: bool = False
    fac_duplicate: bool = False  # the same confirmation twice
    fac_before_cdr_ack: bool = False  # the confirmation arrives before the CDR is answered
    fac_failed: bool = False  # the acquirer refuses the capture
    fac_failed_then_success: bool = False  # it refuses once and takes it on the second try, under another id
    fac_never: bool = False
    fac_wrong_amount: bool = False  # one unit of money more than the CDR

    @classmethod
    def named(cls, *names: str) -> TerminalModes:
        """Build modes from words such as `raw_token`, `cdr_500_n_times=2` or `role=EMSP`.

        Raises ValueError for a word that is not a mode.
        """
        modes = cls()
        known = {mode.name: getattr(modes, mode.name) for mode in fields(cls)}
        for word in names:
            name, _, value = word.partition("=")
            if name not in known:
                raise ValueError(f"unknown terminal mode {name!r}; known are {', '.join(sorted(known))}")
            default = known[name]
            if isinstance(default, bool):
                setattr(modes, name, value.lower() not in {"no", "false"})
            else:
                setattr(modes, name, type(default)(value))
        return modes

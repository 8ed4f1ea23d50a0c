"""The values of OCPI's enumerations, per version: which are closed, and what an older version calls a newer value."""

from collections.abc import Mapping
from typing import Final

from csms.ocpi.fields import Version

# Enumerations that anybody may extend since 2.3.0 (OpenEnum); in 2.2.1 all of them are closed.
OPEN_SINCE_2_3_0: Final = frozenset(
    {
        "Capability", "ConnectorCapability", "ConnectorType", "EnvironmentalImpactCategory", "Facility",
        "ImageCategory", "ParkingRestriction", "ParkingType", "TokenType", "VehicleType",
    }
)  # fmt: skip

VALUES: Final[Mapping[str, str]] = {
    "Role": "CPO EMSP NAP NSP OTHER SCSP",
    "InterfaceRole": "SENDER RECEIVER",
    "AllowedType": "ALLOWED BLOCKED EXPIRED NO_CREDIT NOT_ALLOWED",
    "AuthMethod": "AUTH_REQUEST COMMAND WHITELIST",
    "CaptureStatusCode": "SUCCESS PARTIAL_SUCCESS FAILED",
    "InvoiceCreator": "CPO PTP",
    "CdrDimensionType": (
        "CURRENT ENERGY ENERGY_EXPORT ENERGY_IMPORT MAX_CURRENT MIN_CURRENT MAX_POWER MIN_POWER PARKING_TIME POWER "
        "RESERVATION_TIME STATE_OF_CHARGE TIME"
    ),
    "CommandResponseType": "NOT_SUPPORTED REJECTED ACCEPTED UNKNOWN_SESSION",
    "CommandResultType": (
        "ACCEPTED CANCELED_RESERVATION EVSE_OCCUPIED EVSE_INOPERATIVE FAILED NOT_SUPPORTED REJECTED TIMEOUT "
        "UNKNOWN_RESERVATION"
    ),
    "Capability": (
        "CHARGING_PROFILE_CAPABLE CHARGING_PREFERENCES_CAPABLE CHIP_CARD_SUPPORT CONTACTLESS_CARD_SUPPORT "
        "CREDIT_CARD_PAYABLE DEBIT_CARD_PAYABLE PED_TERMINAL REMOTE_START_STOP_CAPABLE RESERVABLE RFID_READER "
        "START_SESSION_CONNECTOR_REQUIRED TOKEN_GROUP_CAPABLE UNLOCK_CAPABLE"
    ),
    "ConnectorCapability": "ISO_15118_2_PLUG_AND_CHARGE ISO_15118_20_PLUG_AND_CHARGE",
    "ConnectorFormat": "SOCKET CABLE",
    "ConnectorType": (
        "CHADEMO CHAOJI DOMESTIC_A DOMESTIC_B DOMESTIC_C DOMESTIC_D DOMESTIC_E DOMESTIC_F DOMESTIC_G DOMESTIC_H "
        "DOMESTIC_I DOMESTIC_J DOMESTIC_K DOMESTIC_L DOMESTIC_M DOMESTIC_N DOMESTIC_O GBT_AC GBT_DC "
        "IEC_60309_2_single_16 IEC_60309_2_three_16 IEC_60309_2_three_32 IEC_60309_2_three_64 IEC_62196_T1 "
        "IEC_62196_T1_COMBO IEC_62196_T2 IEC_62196_T2_COMBO IEC_62196_T3A IEC_62196_T3C MCS NEMA_5_20 NEMA_6_30 "
        "NEMA_6_50 NEMA_10_30 NEMA_10_50 NEMA_14_30 NEMA_14_50 PANTOGRAPH_BOTTOM_UP PANTOGRAPH_TOP_DOWN SAE_J3400 "
        "TESLA_R TESLA_S"
    ),
    "EnergySourceCategory": "NUCLEAR GENERAL_FOSSIL COAL GAS GENERAL_GREEN SOLAR WIND WATER",
    "EnvironmentalImpactCategory": "NUCLEAR_WASTE CARBON_DIOXIDE",
    "EVSEPosition": "LEFT RIGHT CENTER",
    "Facility": (
        "HOTEL RESTAURANT CAFE MALL SUPERMARKET SPORT RECREATION_AREA NATURE MUSEUM BIKE_SHARING BUS_STOP TAXI_STAND "
        "TRAM_STOP METRO_STATION TRAIN_STATION AIRPORT PARKING_LOT CARPOOL_PARKING FUEL_STATION WIFI"
    ),
    "ImageCategory": "CHARGER ENTRANCE LOCATION NETWORK OPERATOR OTHER OWNER",
    "ParkingDirection": "PARALLEL PERPENDICULAR ANGLE",
    "ParkingRestriction": "CUSTOMERS DISABLED EMPLOYEES EV_ONLY MOTORCYCLES PLUGGED TAXIS TENANTS",
    "ParkingType": "ALONG_MOTORWAY PARKING_GARAGE PARKING_LOT ON_DRIVEWAY ON_STREET UNDERGROUND_GARAGE",
    "PowerType": "AC_1_PHASE AC_2_PHASE AC_2_PHASE_SPLIT AC_3_PHASE DC",
    "Status": "AVAILABLE BLOCKED CHARGING INOPERATIVE OUTOFORDER PLANNED REMOVED RESERVED UNKNOWN",
    "VehicleType": (
        "MOTORCYCLE PERSONAL_VEHICLE PERSONAL_VEHICLE_WITH_TRAILER VAN SEMI_TRACTOR RIGID TRUCK_WITH_TRAILER BUS "
        "DISABLED"
    ),
    "SessionStatus": "ACTIVE COMPLETED INVALID PENDING RESERVATION",
    "ProfileType": "CHEAP FAST GREEN REGULAR",
    "DayOfWeek": "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY",
    "ReservationRestrictionType": "RESERVATION RESERVATION_EXPIRES",
    "TariffDimensionType": "ENERGY FLAT PARKING_TIME TIME",
    "TariffType": "AD_HOC_PAYMENT PROFILE_CHEAP PROFILE_FAST PROFILE_GREEN REGULAR",
    "TaxIncluded": "YES NO N/A",
    "TokenType": "AD_HOC_USER APP_USER EMAID OTHER RFID",
    "WhitelistType": "ALWAYS ALLOWED ALLOWED_OFFLINE NEVER",
}

NEW_IN_2_3_0: Final[Mapping[str, frozenset[str]]] = {
    "ConnectorType": frozenset({"MCS", "SAE_J3400"}),
    "ParkingRestriction": frozenset({"EMPLOYEES", "TAXIS", "TENANTS"}),
    "TokenType": frozenset({"EMAID"}),
}
ONLY_IN_2_2_1: Final[Mapping[str, frozenset[str]]] = {"Role": frozenset({"HUB"})}

# What stands in for a value that a version does not know. None: nothing does, the value cannot be told there.
# TESLA_S is the plug that fits a SAE J3400 inlet mechanically (2.3.0 ConnectorType).
STAND_INS: Final[Mapping[tuple[str, str | None], str]] = {
    ("ConnectorType", "SAE_J3400"): "TESLA_S",
    ("TokenType", None): "OTHER",
    ("Role", None): "OTHER",
    ("ImageCategory", None): "OTHER",
    ("Status", None): "UNKNOWN",
}


def values(name: str, version: Version) -> frozenset[str]:
    """Return the values an enumeration has in a version."""
    base = frozenset(VALUES[name].split())
    if version == "2.2.1":
        return (base - NEW_IN_2_3_0.get(name, frozenset())) | ONLY_IN_2_2_1.get(name, frozenset())
    return base


def is_enum(name: str) -> bool:
    """Tell whether a type's name is an enumeration's."""
    return name in VALUES


def is_open(name: str, version: Version) -> bool:
    """Tell whether values beyond the listed ones are legal."""
    return version == "2.3.0" and name in OPEN_SINCE_2_3_0


def expressed(name: str, value: str, version: Version) -> str | None:
    """Return how a version says this value: itself, its stand-in, or None where it cannot."""
    if is_open(name, version) or value in values(name, version):
        return value
    return STAND_INS.get((name, value)) or STAND_INS.get((name, None))

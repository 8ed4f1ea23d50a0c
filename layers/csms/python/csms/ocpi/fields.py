"""Which fields each OCPI object has, per version, in a notation of one line per object.

    name:type        required          name:type?   optional
    name:type*       list, may be empty or absent      name:type+   list of at least one

Types: `ciN` an identifier of at most N characters (never cut), `sN` a code of N characters (never cut), `tN` text for
people (cut to N), `url`, `time`, `num` a quantity of 4 decimals, `money` exact, `int`, `bool`, else an object or
enumeration below. `ci0`, `s0` have no limit.

The base is 2.3.0 with payments (edition 2); CHANGES_2_2_1 holds every difference. The Payments objects exist under
2.2.1 too: terminals of that version use them. Source: OCPI 2.2.1-d2 and 2.3.0 ed2-payments, all mod_*, types.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

Version = Literal["2.2.1", "2.3.0"]

OBJECTS: Final[Mapping[str, str]] = {
    "Credentials": "token:s64 url:url hub_party_id:ci5? roles:CredentialsRole+",
    "CredentialsRole": "role:Role business_details:BusinessDetails party_id:ci3 country_code:ci2",
    "Version": "version:s0 url:url",
    "VersionDetails": "version:s0 endpoints:Endpoint+",
    "Endpoint": "identifier:s0 role:InterfaceRole url:url",
    "DisplayText": "language:s2 text:t512",
    "Price": "before_taxes:money taxes:TaxAmount*",
    "TaxAmount": "name:t0 account_number:t0? percentage:num? amount:money",
    "PriceLimit": "before_taxes:money after_taxes:money?",
    "Location": (
        "country_code:ci2 party_id:ci3 id:ci36 publish:bool publish_allowed_to:PublishTokenType* name:t255? "
        "address:t255 city:t45 postal_code:t10? state:t45? country:s3 coordinates:GeoLocation "
        "related_locations:AdditionalGeoLocation* parking_type:ParkingType? evses:EVSE* parking_places:Parking* "
        "directions:DisplayText* operator:BusinessDetails? suboperator:BusinessDetails? owner:BusinessDetails? "
        "facilities:Facility* time_zone:s255 opening_times:Hours? charging_when_closed:bool? images:Image* "
        "energy_mix:EnergyMix? help_phone:ci25? last_updated:time"
    ),
    "EVSE": (
        "uid:ci36 evse_id:ci48? status:Status status_schedule:StatusSchedule* capabilities:Capability* "
        "connectors:Connector+ floor_level:t4? coordinates:GeoLocation? physical_reference:t16? "
        "directions:DisplayText* parking_restrictions:ParkingRestriction* parking:EVSEParking* images:Image* "
        "accepted_service_providers:t50* last_updated:time"
    ),
    "Connector": (
        "id:ci36 standard:ConnectorType format:ConnectorFormat power_type:PowerType max_voltage:int max_amperage:int "
        "max_electric_power:int? tariff_ids:ci36* terms_and_conditions:url? capabilities:ConnectorCapability* "
        "last_updated:time"
    ),
    "Parking": (
        "id:ci36 physical_reference:t12? vehicle_types:VehicleType+ max_vehicle_weight:num? max_vehicle_height:num? "
        "max_vehicle_length:num? max_vehicle_width:num? parking_space_length:num? parking_space_width:num? "
        "dangerous_goods_allowed:bool? direction:ParkingDirection? drive_through:bool? restricted_to_type:bool "
        "reservation_required:bool time_limit:num? roofed:bool? images:Image* lighting:bool? "
        "refrigeration_outlet:bool? standards:ci36* apds_reference:ci0?"
    ),
    "EVSEParking": "parking_id:ci36 evse_position:EVSEPosition?",
    "AdditionalGeoLocation": "latitude:t10 longitude:t11 name:DisplayText?",
    "BusinessDetails": "name:t100 website:url? logo:Image?",
    "EnergyMix": (
        "is_green_energy:bool energy_sources:EnergySource* environ_impact:EnvironmentalImpact* "
        "supplier_name:t64? energy_product_name:t64?"
    ),
    "EnergySource": "source:EnergySourceCategory percentage:num",
    "EnvironmentalImpact": "category:EnvironmentalImpactCategory amount:num",
    "ExceptionalPeriod": "period_begin:time period_end:time",
    "GeoLocation": "latitude:t10 longitude:t11",
    "Hours": (
        "twentyfourseven:bool regular_hours:RegularHours* exceptional_openings:ExceptionalPeriod* "
        "exceptional_closings:ExceptionalPeriod*"
    ),
    "Image": "url:url thumbnail:url? category:ImageCategory type:ci4 width:int? height:int?",
    "PublishTokenType": "uid:ci36? type:TokenType? visual_number:t64? issuer:t64? group_id:ci36?",
    "RegularHours": "weekday:int period_begin:s5 period_end:s5",
    "StatusSchedule": "period_begin:time period_end:time? status:Status",
    "Tariff": (
        "country_code:ci2 party_id:ci3 id:ci36 currency:s3 type:TariffType? tariff_alt_text:DisplayText* "
        "tariff_alt_url:url? min_price:PriceLimit? max_price:PriceLimit? preauthorize_amount:money? "
        "elements:TariffElement+ tax_included:TaxIncluded start_date_time:time? end_date_time:time? "
        "energy_mix:EnergyMix? last_updated:time"
    ),
    "TariffElement": "price_components:PriceComponent+ restrictions:TariffRestrictions?",
    "PriceComponent": "type:TariffDimensionType price:money vat:money? step_size:int",
    "TariffRestrictions": (
        "start_time:s5? end_time:s5? start_date:s10? end_date:s10? min_kwh:num? max_kwh:num? min_current:num? "
        "max_current:num? min_power:num? max_power:num? min_duration:int? max_duration:int? day_of_week:DayOfWeek* "
        "reservation:ReservationRestrictionType?"
    ),
    "Session": (
        "country_code:ci2 party_id:ci3 id:ci36 start_date_time:time end_date_time:time? kwh:num cdr_token:CdrToken "
        "auth_method:AuthMethod authorization_reference:ci36? location_id:ci36 evse_uid:ci36 connector_id:ci36 "
        "meter_id:t255? currency:s3 charging_periods:ChargingPeriod* total_cost:Price? status:SessionStatus "
        "last_updated:time"
    ),
    "ChargingPreferences": "profile_type:ProfileType departure_time:time? energy_need:num? discharge_allowed:bool?",
    "CDR": (
        "country_code:ci2 party_id:ci3 id:ci39 start_date_time:time end_date_time:time session_id:ci36? "
        "cdr_token:CdrToken auth_method:AuthMethod authorization_reference:ci36? cdr_location:CdrLocation "
        "meter_id:t255? currency:s3 tariffs:Tariff* charging_periods:ChargingPeriod+ signed_data:SignedData? "
        "total_cost:Price total_fixed_cost:Price? total_energy:num total_energy_cost:Price? total_time:num "
        "total_time_cost:Price? total_parking_time:num? total_parking_cost:Price? total_reservation_cost:Price? "
        "remark:t255? invoice_reference_id:ci39? credit:bool? credit_reference_id:ci39? "
        "home_charging_compensation:bool? last_updated:time"
    ),
    "CdrDimension": "type:CdrDimensionType volume:num",
    "CdrLocation": (
        "id:ci36 name:t255? address:t45 city:t45 postal_code:t10? state:t20? country:s3 coordinates:GeoLocation "
        "evse_uid:ci36 evse_id:ci48 connector_id:ci36 connector_standard:ConnectorType "
        "connector_format:ConnectorFormat connector_power_type:PowerType"
    ),
    "CdrToken": "country_code:ci2 party_id:ci3 uid:ci36 type:TokenType contract_id:ci36",
    "ChargingPeriod": "start_date_time:time dimensions:CdrDimension+ tariff_id:ci36?",
    "SignedData": (
        "encoding_method:ci36 encoding_method_version:int? public_key:s512? signed_values:SignedValue+ url:s512?"
    ),
    "SignedValue": "nature:ci32 plain_data:s5000 signed_data:s5000",
    "Token": (
        "country_code:ci2 party_id:ci3 uid:ci36 type:TokenType contract_id:ci36 visual_number:t64? issuer:t64 "
        "group_id:ci36? valid:bool whitelist:WhitelistType language:s2? default_profile_type:ProfileType? "
        "energy_contract:EnergyContract? last_updated:time"
    ),
    "EnergyContract": "supplier_name:t64 contract_id:t64?",
    "LocationReferences": "location_id:ci36 evse_uids:ci36*",
    "CommandResponse": "result:CommandResponseType timeout:int message:DisplayText*",
    "CommandResult": "result:CommandResultType message:DisplayText*",
    "Terminal": (
        "terminal_id:ci36 customer_reference:ci36? party_id:ci3? country_code:ci2? address:t45? city:t45? "
        "postal_code:t10? state:t20? country:ci3? coordinates:GeoLocation? invoice_base_url:url? "
        "invoice_creator:InvoiceCreator? reference:ci36? location_ids:ci36* evse_uids:ci36* last_updated:time"
    ),
    "FinancialAdviceConfirmation": (
        "id:ci36 authorization_reference:ci36 total_costs:Price currency:ci3 eft_data:t255+ "
        "capture_status_code:CaptureStatusCode capture_status_message:t255? last_updated:time"
    ),
}

CHANGES_2_2_1: Final[Mapping[str, str]] = {
    "Credentials": "token:s64 url:url roles:CredentialsRole+",
    "Price": "excl_vat:money incl_vat:money?",
    "Tariff": (
        "country_code:ci2 party_id:ci3 id:ci36 currency:s3 type:TariffType? tariff_alt_text:DisplayText* "
        "tariff_alt_url:url? min_price:Price? max_price:Price? elements:TariffElement+ start_date_time:time? "
        "end_date_time:time? energy_mix:EnergyMix? last_updated:time"
    ),
}
REMOVED_IN_2_2_1: Final[Mapping[str, frozenset[str]]] = {
    "Location": frozenset({"parking_places", "help_phone"}),
    "EVSE": frozenset({"parking", "accepted_service_providers"}),
    "Connector": frozenset({"capabilities"}),
}


class Field(NamedTuple):
    """One field: its type's name, the length limit (0: none), and how often it occurs (`1`, `?`, `*`, `+`)."""

    type: str
    limit: int
    cardinality: str

    @property
    def required(self) -> bool:
        """Tell whether an object without this field is invalid."""
        return self.cardinality in "1+"

    @property
    def many(self) -> bool:
        """Tell whether the field is a list."""
        return self.cardinality in "*+"


@cache
def fields(kind: str, version: Version) -> Mapping[str, Field]:
    """Return the fields of an object in a version. Raises KeyError for an object OCPI does not have."""
    line = OBJECTS[kind]
    removed: frozenset[str] = frozenset()
    if version == "2.2.1":
        line = CHANGES_2_2_1.get(kind, line)
        removed = REMOVED_IN_2_2_1.get(kind, removed)
    parsed = (_parse(entry) for entry in line.split())
    return MappingProxyType({name: field for name, field in parsed if name not in removed})


def _parse(entry: str) -> tuple[str, Field]:
    name, _, type_name = entry.partition(":")
    cardinality = type_name[-1] if type_name[-1] in "?*+" else "1"
    type_name = type_name.rstrip("?*+")
    base = type_name.rstrip("0123456789")
    if base in {"ci", "s", "t"}:
        return name, Field(base, int(type_name[len(base) :]), cardinality)
    return name, Field(type_name, 255 if type_name == "url" else 0, cardinality)

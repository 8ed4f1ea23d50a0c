"""What partners send us, validated tolerantly and turned into internal documents (2.3.0 shape).

    parsed = parse(Token, body)      # raises InvalidParameter naming the field, never its value
    parsed.document()                # plain dict, Decimal numbers, times in the fixed form, unknown fields left out
    parsed.warnings                  # deviations that were accepted
    parsed.unknown                   # members OCPI does not define, as they came

Import the submodule you need: this package loads nothing.
"""

"""Currencies and their minor units, as ISO 4217 has them.

List one, published on 2026-01-01 by SIX, who keeps it for ISO:
https://www.six-group.com/en/products-services/financial-information/data-standards.html
Left out is what has no minor unit and is no money to pay with: gold (XAU), tests (XTS), none (XXX).
"""

from __future__ import annotations

from collections.abc import Mapping

CODES: Mapping[int, str] = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD
        CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
        GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK
        LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO
        NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS
        SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST
        XAD XCD XCG YER ZAR ZMW ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""By the number of decimals."""

MINOR_UNITS: Mapping[str, int] = {
    code: decimals for decimals, codes in CODES.items() for code in codes.split()
}

USUAL = 2


def decimals(currency: str) -> int:
    """How many decimals an amount of a currency is written with; 2 for a code that is none."""
    return MINOR_UNITS.get(currency, USUAL)

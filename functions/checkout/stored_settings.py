"""Reads the settings of a folder in SSM value by value, and believes none of them.

Terraform checks what it writes; people change parameters by hand as well. What is not what it
should be is a `WrongSetting`. A parameter that no function knows is left alone: it may be of the
next version.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from checkout import key_set
from checkout.domain.currencies import MINOR_UNITS
from checkout.domain.errors import WrongSetting
from checkout.domain.pricing import ShippingRate
from checkout.key_set import KeySet

COUNTRY = re.compile("[A-Z]{2}")
PLACE = re.compile("[A-Z]{2}(-[A-Z0-9]{1,3})?")
HTTPS_URL = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[!-~]*)?")
WHOLE = re.compile("[0-9]{1,10}")
MOST = 1_000_000_000
"""Minor units: no shipping costs more, but by a slip."""

ALL_OF_IT = 10_000
"""Basis points: a tax of 100 %."""

SHOWN = 60  # characters of a wrong value


@dataclass(frozen=True)
class StoredSettings:
    """The parameters of `folder` by name, as SSM has them: texts."""

    folder: str
    values: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A text that is not empty."""
        return self._text(name)

    def one_of(self, name: str, *known: str) -> str:
        """One of the texts that we know."""
        value = self._text(name)
        if value not in known:
            raise self._wrong(name, value, f"one of {', '.join(known)}")
        return value

    def https_url(self, name: str) -> str:
        """The address of something that nobody on the way can change."""
        value = self._text(name)
        if not HTTPS_URL.fullmatch(value):
            raise self._wrong(name, value, "a URL that begins with https://")
        return value

    def key_set(self, name: str) -> KeySet:
        """The public keys of the issuer of tokens."""
        text = self._text(name)
        try:
            return key_set.parse(text)
        except ValueError as error:
            # Not the text: whoever put a private key there does not want it in a log as well.
            raise WrongSetting(f"{self.folder}/{name}", f"is {error}") from None

    def whole(self, name: str, least: int, most: int) -> int:
        """A whole number from `least` to `most`, in digits."""
        value = self._text(name)
        if not WHOLE.fullmatch(value) or not least <= int(value) <= most:
            raise self._wrong(name, value, f"a whole number from {least} to {most}")
        return int(value)

    def currency(self, name: str) -> str:
        """A currency of ISO 4217 that has minor units."""
        value = self._text(name)
        if value not in MINOR_UNITS:
            raise self._wrong(name, value, "a currency such as USD")
        return value

    def country(self, name: str, known: Iterable[str]) -> str:
        """One of the countries that we know."""
        value = self._text(name)
        if value not in known:
            raise self._wrong(name, value, f"one of {', '.join(sorted(known)) or 'no country'}")
        return value

    def shipping(self, name: str) -> Mapping[str, ShippingRate]:
        """What shipping costs, by country."""
        rates = self._object(name)
        if not rates:
            raise self._wrong(name, rates, "an object with a country")
        return {country: self._rate(name, country, rate) for country, rate in rates.items()}

    def tax(self, name: str) -> Mapping[str, int]:
        """Basis points by COUNTRY or COUNTRY-REGION."""
        for place, rate in (taxes := self._object(name)).items():
            if not PLACE.fullmatch(place):
                raise self._wrong(name, place, "a place such as US or US-CA")
            if not _is_whole(rate, ALL_OF_IT):
                raise self._wrong(
                    f"{name}: {place}", rate, f"whole basis points from 0 to {ALL_OF_IT}"
                )
        return taxes

    def _rate(self, name: str, country: str, rate: Any) -> ShippingRate:
        if not COUNTRY.fullmatch(country):
            raise self._wrong(name, country, "a country such as US")
        if not isinstance(rate, Mapping) or not {"flat"} <= set(rate) <= {"flat", "freeFrom"}:
            raise self._wrong(
                f"{name}: {country}", rate, "an object with flat, and freeFrom if it is ever free"
            )
        flat, free_from = rate["flat"], rate.get("freeFrom")
        for field, value in (("flat", flat), ("freeFrom", 0 if free_from is None else free_from)):
            if not _is_whole(value, MOST):
                raise self._wrong(
                    f"{name}: {country}: {field}", value, f"whole minor units from 0 to {MOST}"
                )
        return ShippingRate(flat, free_from)

    def _object(self, name: str) -> Mapping[str, Any]:
        text = self._text(name)
        try:
            document = json.loads(text, object_pairs_hook=_each_once)
        except (ValueError, RecursionError) as error:
            raise self._wrong(name, text, f"JSON ({error})") from None
        if not isinstance(document, Mapping):
            raise self._wrong(name, text, "a JSON object")
        return document

    def _text(self, name: str) -> str:
        value = self.values.get(name)
        if value is None:
            raise WrongSetting(f"{self.folder}/{name}", "is missing")
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(name, value, "a text")
        return value

    def _wrong(self, name: str, value: object, expected: str) -> WrongSetting:
        return WrongSetting(f"{self.folder}/{name}", f"is {repr(value)[:SHOWN]}, not {expected}")


def _is_whole(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _each_once(pairs: Iterable[tuple[str, Any]]) -> Mapping[str, Any]:
    """JSON lets a name stand twice, and Python takes the last: which one was meant?"""
    document: dict[str, Any] = {}
    for name, value in pairs:
        if name in document:
            raise ValueError(f"{name!r} stands there twice")
        document[name] = value
    return document

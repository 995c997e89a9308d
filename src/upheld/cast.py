"""The cast: who walks the journeys, and where she lives.

A seed repeats the person (family name, company, street …), so that a run can be repeated. It never repeats what
reaches her: her address, her phone and her password are new in each run, so runs never see each other's mail.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import random
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from babel import Locale, UnknownLocaleError

from upheld.errors import UsageError, did_you_mean
from upheld.phones import free_phone

if TYPE_CHECKING:
    from faker import Faker

__all__ = ["Cast", "Person", "living_in"]

DIETS = ("vegetarian", "vegan", "gluten-free", "lactose-free")
JOBS = ("Head of Operations", "Team Lead", "Project Manager", "Accountant", "Engineer")
COUNTRY_WORDS: Mapping[str, str] = {
    "usa": "US",
    "america": "US",
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "holland": "NL",
    "czech republic": "CZ",
}
# zone.tab puts a country's main zone first, save where the order of its map says otherwise.
MAIN_ZONES: Mapping[str, str] = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CL": "America/Santiago",
    "ID": "Asia/Jakarta",
    "MX": "America/Mexico_City",
    "NZ": "Pacific/Auckland",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}
# Languages in which a place may be named besides English and in which babel knows the world's cities.
LANGUAGES = ("de", "fr", "es", "pt", "nl", "it")


@dataclass(frozen=True, slots=True)
class Person:
    """A customer: the persona who walks a journey.

    `who` and `given` are the name in the feature. `email` is lower-case ASCII, `phone` is E.164. `country` is the
    English name, `locale` a BCP 47 tag ("pt-PT"), `zone` an IANA time zone. `details` are further answers she
    gives, by what they are about ("dietary needs": "vegetarian").
    """

    who: str
    given: str
    family: str
    email: str
    phone: str
    company: str
    street: str
    postcode: str
    city: str
    country: str
    locale: str
    zone: str
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given} {self.family}"

    @property
    def language(self) -> str:
        """The language of her locale, "pt" for "pt-PT"."""
        return self.locale.partition("-")[0]

    @property
    def country_code(self) -> str:
        """The country of her locale (ISO 3166-1 alpha-2), "PT" for "pt-PT"."""
        return self.locale.rpartition("-")[2]

    @property
    def password(self) -> str:
        """The password she chooses: worked out from her address, so that she can sign in again, and never stored."""
        return "Up-" + hashlib.sha256(self.email.encode()).hexdigest()[:14] + "-9z"

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON, without the password."""
        return {**asdict(self), "name": self.name, "details": dict(self.details)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Person:
        """Return the person that `to_json` wrote."""
        return cls(**{key: value for key, value in data.items() if key != "name"})


class Cast:
    """All customers of one scenario, made when they are first named.

    `seed` and `node` (the scenario's node id) decide who they are; `token` stands in their addresses and must be
    new for each attempt (it is, where none is given). `mail` is a domain (`ada.<token>@<mail>`) or a box with
    plus-addressing (`box@example.com` gives `box+ada.<token>@example.com`). `locale` and `zone` are those of
    somebody of whom the feature does not say where she lives. `claim` says of a phone number whether it may be hers,
    where no two people may have the same.
    """

    def __init__(
        self,
        *,
        seed: int,
        node: str,
        mail: str,
        token: str | None = None,
        locale: str = "en-GB",
        zone: str = "Europe/London",
        claim: Callable[[str], bool] | None = None,
    ) -> None:
        self.seed = seed
        self.node = node
        self.token = token or secrets.token_hex(5)
        self._box, _, self._domain = mail.rpartition("@")
        self._home = (locale, zone)
        self._claim = claim or (lambda number: True)
        self._people: dict[str, Person] = {}
        self._told: dict[str, dict[str, str]] = {}

    def __iter__(self) -> Iterator[Person]:
        """Yield everybody named so far, in the order of being named."""
        return iter(list(self._people.values()))

    def __getitem__(self, who: str) -> Person:
        """Return the person of that name, and make her where she is new."""
        if who not in self._people:
            self._people[who] = self._make(who, *self._home, city="")
        return self._people[who]

    def lives_in(self, who: str, place: str) -> Person:
        """Make her at home in a city or country; her address stays, and what she was told to answer.

        Raises `UsageError` where the place is not known.
        """
        known = self._people.pop(who, None)
        locale, zone = living_in(place)
        city = "" if _country(place) else place.partition(",")[0].strip()
        person = self._make(who, locale, zone, city=city)
        if known is not None:
            person = replace(person, email=known.email, details={**person.details, **self._told.get(who, {})})
        self._people[who] = person
        return person

    def told(self, who: str, details: Mapping[str, str]) -> Person:
        """Add details that she gives when she is asked ("dietary needs", "date of birth")."""
        person = self[who]
        self._told.setdefault(who, {}).update(details)
        self._people[who] = replace(person, details={**person.details, **details})
        return self._people[who]

    def _make(self, who: str, locale: str, zone: str, *, city: str) -> Person:
        fake = _faker(locale)
        # Not hash(): that is salted anew in every process.
        fake.seed_instance(hashlib.sha256(f"{self.seed}|{self.node}|{who}".encode()).hexdigest())
        taken = {other.family for other in self._people.values()} | {who}
        family = next(name for name in iter(fake.last_name, None) if name not in taken)
        choose: random.Random = fake.random
        details = {
            "dietary needs": choose.choice(DIETS),
            "job title": choose.choice(JOBS),
            "date of birth": fake.date_of_birth(minimum_age=25, maximum_age=60).isoformat(),
        }
        if hasattr(fake, "administrative_unit"):
            details["state"] = str(fake.administrative_unit())
        code = locale.rpartition("-")[2]
        return Person(
            who=who,
            given=who,
            family=family,
            email=self._address(who),
            phone=free_phone(code, self._claim),
            company=fake.company(),
            street=fake.street_address().replace("\n", ", "),
            postcode=fake.postcode(),
            city=city or fake.city(),
            country=str(Locale("en").territories.get(code, code)),
            locale=locale,
            zone=zone,
            details=details,
        )

    def _address(self, who: str) -> str:
        local = f"{_ascii(who)}.{self.token}"
        return (f"{self._box}+{local}" if self._box else local) + f"@{self._domain}"


def living_in(place: str) -> tuple[str, str]:
    """Return the locale (BCP 47) and IANA time zone of a city or country: "Lisbon" gives ("pt-PT", "Europe/Lisbon").

    Known are the cities that time zones are named after, in English and some other languages (IANA `zone.tab`,
    CLDR's exemplar cities), all countries, and any city with its country ("Munich, Germany"; the country's first
    zone is hers). The language is the likeliest of the country (CLDR likely subtags). Raises `UsageError`.
    """
    whole, _, after_comma = (_plain(part) for part in place.partition(","))
    cities = _cities()
    code, zone = cities.get(whole, ("", ""))
    wanted = _country(after_comma) if after_comma else code
    if not wanted or wanted != code:
        wanted = wanted or ("" if after_comma else _country(place))
        zone = _zones().get(wanted, ("",))[0]
    if not zone and not after_comma:
        wanted, zone = _cities_in_other_words().get(whole, ("", ""))
    if not zone:
        near = did_you_mean(place, [*_city_names(), *(Locale("en").territories[c] for c in _zones())])
        raise UsageError(
            f'Nobody can live in "{place}": it is no country, and no city that a time zone is named after.{near} '
            f'Any city can be named with its country: "Munich, Germany".'
        )
    return _locale(wanted), zone


@functools.cache
def _zones() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    table = (importlib.resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            code, _, zone = line.split("\t")[:3]
            found.setdefault(code, []).append(zone)
    for code, main in MAIN_ZONES.items():
        found[code].remove(main)
        found[code].insert(0, main)
    return {code: tuple(zones) for code, zones in found.items()}


def _city_names() -> list[str]:
    return [zone.rpartition("/")[2].replace("_", " ") for zones in _zones().values() for zone in zones]


@functools.cache
def _cities() -> dict[str, tuple[str, str]]:
    return {
        _plain(zone.rpartition("/")[2].replace("_", " ")): (code, zone)
        for code, zones in _zones().items()
        for zone in zones
    }


@functools.cache
def _cities_in_other_words() -> dict[str, tuple[str, str]]:
    by_zone = {zone: code for code, zones in _zones().items() for zone in zones}
    found: dict[str, tuple[str, str]] = {}
    for language in LANGUAGES:
        for zone, names in Locale(language).time_zones.items():
            if zone in by_zone and "city" in names:
                found.setdefault(_plain(names["city"]), (by_zone[zone], zone))
    return found


@functools.cache
def _countries() -> dict[str, str]:
    found = dict(COUNTRY_WORDS)
    for language in ("en", *LANGUAGES):
        for code, name in Locale(language).territories.items():
            if code in _zones():
                found.setdefault(_plain(name), code)
    return found


def _country(place: str) -> str:
    if place.strip() in _zones():
        return place.strip()
    return _countries().get(_plain(place), "")


def _locale(code: str) -> str:
    try:
        likely = Locale.parse(f"und_{code}")
    except UnknownLocaleError:
        return f"en-{code}"
    return f"{likely.language}-{code}"


@functools.cache
def _faker(locale: str) -> Faker:
    from faker import Faker
    from faker.config import AVAILABLE_LOCALES

    language = locale.partition("-")[0]
    same = sorted(name for name in AVAILABLE_LOCALES if name.partition("_")[0] == language)
    exact = locale.replace("-", "_")
    return Faker(exact if exact in AVAILABLE_LOCALES else same[0] if same else "en_GB")


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def _ascii(who: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", _plain(who)).strip("-") or "guest"

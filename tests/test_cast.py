"""The cast: the same person again by seed, reached at an address that nobody had before."""

from __future__ import annotations

import json

import pytest

from upheld.cast import Cast, Person, living_in
from upheld.errors import UsageError


def cast(seed: int = 7, node: str = "features/a.feature::booking", mail: str = "mail.test") -> Cast:
    return Cast(seed=seed, node=node, mail=mail)


def test_ada_is_ada_and_the_seed_repeats_her() -> None:
    first, again = cast()["Ada"], cast()["Ada"]
    assert first.given == "Ada"
    assert first.name == f"Ada {first.family}"
    assert (first.family, first.company, first.street, first.details) == (
        again.family,
        again.company,
        again.street,
        again.details,
    )


def test_what_reaches_her_is_never_from_the_seed() -> None:
    first, again = cast()["Ada"], cast()["Ada"]
    assert first.email != again.email
    assert first.password != again.password
    # Two of several thousand numbers may be equal by chance; a dozen are not.
    assert len({cast()["Ada"].phone for _ in range(12)}) > 1


def test_others_are_others() -> None:
    people = [cast()["Ada"], cast()["Ben"], cast(node="features/b.feature::other")["Ada"], cast(seed=8)["Ada"]]
    assert len({(person.family, person.company, person.street) for person in people}) == 4


def test_nobody_in_a_cast_shares_a_family_name() -> None:
    everybody = cast()
    families = [everybody[f"Guest {number}"].family for number in range(40)]
    assert len(set(families)) == 40


@pytest.mark.parametrize(
    ("who", "mail", "local"),
    [
        ("Ada", "mail.test", "ada.t0@mail.test"),
        ("Zoë", "mail.test", "zoe.t0@mail.test"),
        ("the organiser", "mail.test", "the-organiser.t0@mail.test"),
        ("Ада", "mail.test", "guest.t0@mail.test"),
        ("Ada", "box@example.com", "box+ada.t0@example.com"),
    ],
)
def test_her_address(who: str, mail: str, local: str) -> None:
    assert Cast(seed=1, node="n", mail=mail, token="t0")[who].email == local


def test_where_she_lives_decides_her_locale_and_not_her_address() -> None:
    everybody = cast()
    before = everybody["Ada"]
    everybody.told("Ada", {"dietary needs": "halal"})
    ada = everybody.lives_in("Ada", "Lisbon")
    assert (ada.locale, ada.zone, ada.city, ada.country) == ("pt-PT", "Europe/Lisbon", "Lisbon", "Portugal")
    assert (ada.language, ada.country_code) == ("pt", "PT")
    assert ada.email == before.email
    assert ada.details["dietary needs"] == "halal"
    assert everybody["Ada"] is ada
    assert list(everybody) == [ada]


def test_she_travels_through_json_without_her_password() -> None:
    ada = cast()["Ada"]
    written = json.dumps(ada.to_json())
    assert ada.password not in written
    assert Person.from_json(json.loads(written)) == ada


@pytest.mark.parametrize(
    ("place", "home"),
    [
        ("Lisbon", ("pt-PT", "Europe/Lisbon")),
        ("lisbon", ("pt-PT", "Europe/Lisbon")),
        ("Lissabon", ("pt-PT", "Europe/Lisbon")),
        ("New York", ("en-US", "America/New_York")),
        ("Berlin", ("de-DE", "Europe/Berlin")),
        ("Tokyo", ("ja-JP", "Asia/Tokyo")),
        ("São Paulo", ("pt-BR", "America/Sao_Paulo")),
        ("Zürich", ("de-CH", "Europe/Zurich")),
        ("Portugal", ("pt-PT", "Europe/Lisbon")),
        ("Australia", ("en-AU", "Australia/Sydney")),
        ("Munich, Germany", ("de-DE", "Europe/Berlin")),
        ("Chicago, USA", ("en-US", "America/Chicago")),
    ],
)
def test_living_in(place: str, home: tuple[str, str]) -> None:
    assert living_in(place) == home


def test_a_place_that_is_not_known_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError) as told:
        living_in("Lisbn")
    assert str(told.value) == (
        'Nobody can live in "Lisbn": it is no country, and no city that a time zone is named after. '
        'Did you mean "Lisbon"? Any city can be named with its country: "Munich, Germany".'
    )


def test_every_country_has_a_locale_and_a_faker() -> None:
    for place in ("Portugal", "Japan", "Switzerland", "Antarctica", "Kazakhstan", "Brazil"):
        person = cast().lives_in("Ada", place)
        assert person.family
        assert person.email.isascii()

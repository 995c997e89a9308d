"""What the name of a host tells: whose it is, whether it is this machine or another environment, or well known."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Iterable

from upheld.browser.allow import allows, host_of
from upheld.language import gettext as _

__all__ = [
    "environment",
    "is_nobodys",
    "is_tracker",
    "is_tried_out",
    "is_well_known",
    "listed",
    "machine",
    "owner",
    "same_owner",
]

# What never is a customer's: RFC 2606, RFC 6761, RFC 8375, and what companies call their own networks.
_RESERVED = frozenset(("local", "internal", "localdomain", "lan", "intranet", "corp", "invalid", "example", "test"))
_EXAMPLE = frozenset(("example.com", "example.org", "example.net"))
_SECOND = frozenset(("co", "com", "org", "net", "gov", "ac", "edu", "or", "ne", "gob", "nom"))
_TUNNELS = (
    "ngrok.io", "ngrok.app", "ngrok.dev", "ngrok-free.app", "ngrok-free.dev", "loca.lt", "localtunnel.me",
    "trycloudflare.com", "serveo.net", "localhost.run", "localtest.me", "lvh.me", "vcap.me", "nip.io", "sslip.io",
)  # fmt: skip
_STAGES = frozenset(("staging", "stage", "stg", "preprod", "preproduction", "uat", "qa", "acceptance"))
_TRIALS = frozenset(("test", "testing", "tst", "dev", "develop", "development", "local"))
_PUBLIC_TRIALS = frozenset(("sandbox", "demo", "beta", "preview"))

# Where an ordinary message leads besides: maps, calendars, calls, people, payment, parcels, app stores.
_KNOWN = re.compile(
    "google|googleusercontent|goo|apple|icloud|microsoft|microsoftonline|outlook|office|live|zoom|webex|gotomeeting"
    "|facebook|instagram|twitter|linkedin|lnkd|youtube|youtu|vimeo|tiktok|pinterest|whatsapp|telegram|xing|mastodon|bsky"
    "|threads|github|gitlab|medium|spotify|openstreetmap|osm|bing|waze|here|wikipedia|stripe|paypal|klarna|mollie|adyen"
    "|sumup|trustpilot|trustedshops|ups|dhl|fedex|dpd|gls-group|myhermes|evri|postnl|laposte|colissimo|correos|usps"
    "|royalmail|deutschepost|addevent|calendly|eventbrite|ticketmaster|meetup|europa|w3|gravatar|airbnb|booking|amazon"
)
_KNOWN_HOSTS = frozenset(("x.com", "t.co", "t.me", "wa.me", "g.co", "lu.ma", "fb.me", "fb.com", "m.me"))
_TRACKERS = re.compile(
    r"list-manage\d*|mailchimp|mailchi|mcusercontent|sendgrid|mandrillapp|mailgun|sparkpostmail\d*|hubspot\w*|hs-\w+"
    r"|hsforms|klaviyo\w*|cmail\d+|createsend\d*|rs6|constantcontact|awstrack|exct|exacttarget|sendinblue|brevo"
    r"|sendibt\d*|sendibm\d*|mailjet|mjt|mailerlite|mlsend|activehosted|acemlna\w*|convertkit\w*|substack|beehiiv"
    r"|postmarkapp|pstmrk|customeriomail|braze|iterable|emarsys|emlnk\w*|cleverreach|rapidmail|rdir|newsletter2go"
)
_TRACKING_LABEL = re.compile(r"clicks?|track(?:ing)?|trk|links?|lnk|e?mail\d*|em?\d*|url\d+|ct|go|t|r|news(?:letter)?")


def owner(host: str) -> str:
    """Return the part of a host's name that somebody has registered: "shop.co.uk" of "www.shop.co.uk".

    An address of digits is its own. It goes by the usual second levels and no list, so it may take a suffix that
    several share ("herokuapp.com") for one owner.
    """
    labels = host.lower().rstrip(".").split(".")
    if _address(host) is not None or len(labels) < 3:
        return ".".join(labels)
    deep = 3 if len(labels[-1]) == 2 and labels[-2] in _SECOND else 2
    return ".".join(labels[-deep:])


def same_owner(one: str, other: str) -> bool:
    """Return whether two hosts belong together; what has no domain does so only with itself."""
    return one == other or (bool(one) and owner(one) == owner(other) and "." in owner(one))


def machine(host: str) -> str:
    """Return "loopback" for this machine, "private" for one of a network that customers are not in, else ""."""
    host = host.lower().rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return "loopback"
    address = _address(host)
    if address is None:
        return ""
    if address.is_loopback or address.is_unspecified:
        return "loopback"
    return "private" if address.is_private or address.is_link_local else ""


def environment(url: str, site: str, allow_hosts: Iterable[str] = ()) -> tuple[str, bool]:
    """Return why an address leads to another environment than the site's, and whether that is sure; ("", False) else.

    What is listed in `allow_hosts` belongs to the site.
    """
    host, home = host_of(url), host_of(site)
    if not host or host == home or listed(url, allow_hosts):
        return "", False
    here, there = machine(home), machine(host)
    if there == "loopback":  # two ports of one machine: `ForeignEnvironment` asks whether anything answers there
        return ("", False) if here == "loopback" else (_("a machine that only its own user can reach"), True)
    if there == "private":
        return ("", False) if here == "private" else (_("a network that no customer is in"), not here)
    ending, ours = host.rsplit(".", 1)[-1], home.rsplit(".", 1)[-1]
    if owner(host) in _EXAMPLE and owner(home) not in _EXAMPLE:
        return _("a host that is an example and nobody's"), True
    if ending in _RESERVED and ending != ours:
        if stages := _stages(host) & _STAGES:
            return _("another environment (“{name}”)", name=min(stages)), True
        # Whoever works at home gives the same machine such names, and nobody has ".example" by mistake.
        at_home = here == "loopback" and ending in ("test", "local", "internal", "lan", "localdomain")
        known = at_home or ending == "example"
        return _("a host that customers cannot find (“.{ending}”)", ending=ending), not known
    if tunnel := next((one for one in _TUNNELS if host == one or host.endswith(f".{one}")), ""):
        return (
            ("", False) if home.endswith(tunnel) else (_("a tunnel to somebody's machine ({name})", name=tunnel), True)
        )
    return _stage_apart(host, home, here)


def _stage_apart(host: str, home: str, here: str) -> tuple[str, bool]:
    there, ours = _stages(host), _stages(home)
    if ours & (_STAGES | _TRIALS) and host.removeprefix("www.") == owner(home):
        return _("the site itself, from one where it is tried out"), False
    if not there or there <= ours:
        return "", False
    name = _("another environment (“{name}”)", name=min(there))
    if ours:
        return (name, False) if same_owner(host, home) else ("", False)
    if same_owner(host, home):
        # "test." may be where tests are sat, and "dev." be for developers.
        return name, bool(there & _STAGES)
    # Others have sites for trying things out, too, which are right for a site that is tried out.
    return (name, bool(here)) if there & _STAGES else ("", False)


def listed(url: str, allow_hosts: Iterable[str]) -> bool:
    """Return whether the settings name this host; loopback, which is always allowed, counts only where they do."""
    return allows(url, allow_hosts) and (not allows(url, ()) or host_of(url) in allow_hosts)


def is_another(what: str) -> bool:
    """Return whether what `environment` says is that an address leads to another environment, by its name."""
    said = _("another environment (“{name}”)", name="\0").partition("\0")[0]
    return bool(said) and what.startswith(said)


def is_nobodys(host: str) -> bool:
    """Return whether a host can be nobody's, but for the sake of an example or a test."""
    return (owner(host) in _EXAMPLE or host.rsplit(".", 1)[-1] in _RESERVED) and not _stages(host) & _STAGES


def is_well_known(host: str) -> bool:
    """Return whether ordinary messages lead there: maps, calendars, social networks, payment, parcels, app stores."""
    return host.removeprefix("www.") in _KNOWN_HOSTS or _KNOWN.fullmatch(owner(host).partition(".")[0]) is not None


def is_tracker(host: str) -> bool:
    """Return whether a host counts clicks and leads on."""
    if _TRACKERS.fullmatch(owner(host).partition(".")[0]):
        return True
    return host != owner(host) and _TRACKING_LABEL.fullmatch(host.partition(".")[0]) is not None


def is_tried_out(host: str) -> bool:
    """Return whether a host's name says that something is tried out there."""
    return bool(_stages(host))


def _stages(host: str) -> set[str]:
    if _address(host) is not None:
        return set()
    ending = f".{owner(host)}"
    below = host.lower().rstrip(".").removesuffix(ending) if host.lower().endswith(ending) else ""
    return set(re.split(r"[.\d_-]+", below)) & (_STAGES | _TRIALS | _PUBLIC_TRIALS)


@functools.lru_cache(maxsize=256)
def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None

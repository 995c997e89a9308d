"""A digital download: paid in two ways, promised on the page and by email, and handed over once."""

from __future__ import annotations

import io
import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import httpx
import pypdf
import pytest
from bs4 import BeautifulSoup

from demo.bank import Bank
from demo.downloads.links import Links
from demo.downloads.tables import DownloadLink
from demo.process import Demo
from demo.wallet import NotFromWallet, Till, Wallet, WalletDown, signature
from tests.demo.stage import Clock, Sink, client, facts, paid_at, soup, until

CARD = {"name": "Ada Lovelace", "number": "4242 4242 4242 4242", "expiry": "08/49", "code": "123"}
TITLE = "Promises Kept"


class Buyer:
    """A customer with a browser of her own, without the browser."""

    def __init__(self, shop: Demo, email: str, clock: str = "") -> None:
        self.shop, self.email, self.web = shop, email, client(shop.url)
        self.web.headers["Test-Clock"] = clock
        self.order = ""

    def orders(self, slug: str = "promises-kept") -> BeautifulSoup:
        details = {"given_name": "Ada", "family_name": "Lovelace", "email": self.email, "consent": "yes"}
        answer = self.web.post(f"/downloads/{slug}/order", data=details)
        self.order = answer.url.path.removesuffix("/pay")
        return soup(answer)

    def pays_by_card(self, slug: str = "promises-kept") -> BeautifulSoup:
        self.orders(slug)
        return soup(self.web.post(f"{self.order}/pay", data=CARD))

    def goes_to_wallet(self) -> httpx.Response:
        self.orders()
        return self.web.post(f"{self.order}/wallet")

    def decides(self, page: httpx.Response, what: str) -> BeautifulSoup:
        return soup(self.web.post(f"{page.url}/{what}"))

    def asks_for_link(self) -> BeautifulSoup:
        return soup(self.web.post(f"{self.order}/new-link"))


def link_of(page: BeautifulSoup | EmailMessage, words: str) -> str:
    """Return the path behind a link of these words, or "" where there is none."""
    if isinstance(page, EmailMessage):
        page = BeautifulSoup(page.get_body(("html",)).get_content(), "html.parser")  # type: ignore[union-attr]
    found = page.find("a", string=words)
    return urlsplit(str(found["href"])).path if found else ""


def mailed(sink: Sink, buyer: Buyer, subject: str, count: int = 1) -> EmailMessage:
    """Return the last of so many mails to her with a subject that begins so."""
    found: list[EmailMessage] = []

    def came() -> bool:
        found[:] = [mail for mail in sink.of(buyer.email) if mail["Subject"].startswith(subject)]
        return len(found) >= count

    until(came)
    assert len(found) == count
    return found[-1]


def heading(answer: httpx.Response) -> str:
    return BeautifulSoup(answer.text, "html.parser").h1.get_text()  # type: ignore[union-attr]


def words_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_paid_by_card_it_is_on_the_page_and_in_the_mail(shop: Demo, sink: Sink) -> None:
    ada = Buyer(shop, "card@ada.test")
    asked = ada.orders()
    assert asked.select_one(".due strong").get_text() == "19.00 EUR"  # type: ignore[union-attr]
    page = soup(ada.web.post(f"{ada.order}/pay", data=CARD))
    number = facts(page)["Order number"]

    download = ada.web.get(link_of(page, "Download"))
    assert download.headers["Content-Type"] == "application/pdf"
    assert download.headers["Content-Disposition"] == "attachment; filename=promises-kept.pdf"
    assert TITLE in words_of(download.content)

    mail = mailed(sink, ada, f"Your download: {TITLE}")
    assert number in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    landing = soup(ada.web.get(link_of(mail, "Download your e-book")))
    assert ada.web.get(link_of(landing, "Download")).content == download.content  # the page's own link is another

    receipt = mailed(sink, ada, f"Your receipt for order {number}")
    (sheet,) = receipt.iter_attachments()
    assert "19.00 EUR" in words_of(sheet.get_payload(decode=True))  # type: ignore[arg-type]
    assert "by card" in words_of(sheet.get_payload(decode=True))  # type: ignore[arg-type]


def test_paid_with_the_provider_which_is_another_origin(shop: Demo, sink: Sink) -> None:
    ben = Buyer(shop, "wallet@ben.test")
    there = ben.goes_to_wallet()
    assert there.url.port != httpx.URL(shop.url).port
    assert heading(there) == "Pay 19.00 EUR to Systems Day Office"
    page = ben.decides(there, "approve")
    assert page.find("h1", string="Thank you, Ada")
    assert link_of(page, "Download")
    assert "19.00 EUR" in mailed(sink, ben, "You paid 19.00 EUR to Systems Day Office")["Subject"]
    assert link_of(mailed(sink, ben, "Your download"), "Download your e-book")
    assert "with Demo Wallet" in mailed(sink, ben, "Your receipt").get_body(("plain",)).get_content()  # type: ignore[union-attr]
    ben.web.post(f"{there.url}/approve")  # the back button, and once more
    ben.web.post(f"{there.url}/cancel")
    assert len(sink.of(ben.email)) == 3


def test_the_way_back_proves_nothing(shop: Demo, sink: Sink) -> None:
    eve = Buyer(shop, "back@eve.test")
    there = eve.goes_to_wallet()
    assert heading(eve.web.get(f"{eve.order}/back")) == "One moment"
    cancelled = eve.decides(there, "cancel")
    alert = cancelled.find(role="alert")
    assert alert is not None
    assert "nothing was taken" in alert.get_text()
    assert "pay by card" in alert.get_text()
    assert heading(eve.web.get(eve.order)) == "Payment"
    body = json.dumps({"type": "payment.approved", "payment": {"id": "pay_1", "reference": eve.order.split("/")[-1]}})
    forged = {signature.HEADER: signature.signed(body.encode(), "guessed", int(time.time()))}
    assert eve.web.post("/downloads/wallet", content=body, headers=forged).status_code == 401
    assert heading(eve.web.get(eve.order)) == "Payment"
    assert sink.of(eve.email) == []


class Ear(BaseHTTPRequestHandler):
    """A shop that does not hear the first time."""

    heard: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.heard.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204 if len(self.heard) > 1 else 503)
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture
def ear() -> Iterator[str]:
    """The address of a shop that does not hear the first time."""
    Ear.heard.clear()
    with HTTPServer(("127.0.0.1", 0), Ear) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_the_provider_takes_what_was_approved_once_and_tells_until_it_is_heard(sink: Sink, ear: str) -> None:
    wallet = Wallet(("127.0.0.1", sink.port))
    wallet.start()
    ada = {"payer": "till@ada.test", "payer_name": "Ada Lovelace", "purpose": TITLE, "payee": "A shop"}
    back = {"return_url": f"{wallet.till.url}/thanks", "cancel_url": f"{wallet.till.url}/sorry", "webhook_url": ear}
    page = wallet.till.begin(reference="4711", cents=1900, currency="EUR", **ada, **back)
    ident = page.rpartition("/")[2]
    with pytest.raises(WalletDown, match="409"):
        wallet.till.take(ident, 1900, key="a")
    assert httpx.post(f"{page}/approve", trust_env=False).headers["Location"].endswith("/thanks")
    first, second = Ear.heard
    assert json.loads(first) == json.loads(second)
    assert json.loads(first)["payment"] == {"id": ident, "reference": "4711", "cents": 1900}
    for key in ("a", "a", "b"):
        wallet.till.take(ident, 1900, key=key)
    assert {mail["Subject"] for mail in sink.wait_for("till@ada.test", 2)} == {"You paid 19.00 EUR to A shop"}
    assert len(sink.of("till@ada.test")) == 2
    answer = httpx.post(f"{wallet.till.url}/v1/payments/{ident}/take", json={"cents": 1}, trust_env=False)
    assert answer.status_code == 401
    wallet.stop()


def test_a_signature_holds_for_its_body_its_secret_and_its_time() -> None:
    till = Till("", key="", secret="s")
    header = signature.signed(b"{}", "s", int(time.time()))
    assert till.heard(b"{}", header) == {}
    old = signature.signed(b"{}", "s", int(time.time()) - 3600)
    for body, wrong in ((b"{ }", header), (b"{}", old), (b"{}", ""), (b"{}", header[:-1] + "g")):
        with pytest.raises(NotFromWallet):
            till.heard(body, wrong)


def test_only_a_whole_download_uses_a_link_up(shop: Demo, sink: Sink) -> None:
    ada = Buyer(shop, "once@ada.test")
    ada.pays_by_card()
    link = link_of(mailed(sink, ada, "Your download"), "Download your e-book")
    file = link_of(soup(ada.web.get(link)), "Download")
    for _ in range(2):
        assert ada.web.head(link).status_code == 200
        assert ada.web.head(file).headers["Content-Length"].isdigit()
        part = ada.web.get(file, headers={"Range": "bytes=0-99"})
        assert (part.status_code, len(part.content)) == (206, 100)
        assert ada.web.get(link).status_code == 200
    whole = ada.web.get(file)
    assert whole.status_code == 200

    for again in (ada.web.get(link), ada.web.get(file), ada.web.head(file)):
        assert again.status_code == 410
    refused = ada.web.get(file)
    assert heading(refused) == "This link has been used"
    assert "Send me a new link" in refused.text

    assert heading(ada.web.post(f"{ada.order}/new-link")) == "We have sent you a new link"
    ada.asks_for_link()  # pressed twice; one mail is enough
    fresh = link_of(mailed(sink, ada, "Your new link"), "Download your e-book")
    assert ada.web.get(link_of(soup(ada.web.get(fresh)), "Download")).content == whole.content
    assert ada.web.get(link).status_code == 410


class Watched(Links):
    """Links that only take note of what was used up."""

    def __init__(self) -> None:
        self.used: list[DownloadLink] = []

    def use(self, link: DownloadLink) -> None:
        self.used.append(link)


def test_a_transfer_that_is_broken_off_uses_nothing_up() -> None:
    links, link = Watched(), DownloadLink()
    going = links.handing_over(link, [b"half", b"whole"])
    assert next(going) == b"half"
    going.close()  # as a server does whose customer has gone
    assert links.used == []
    assert b"".join(links.handing_over(link, [b"half", b"whole"])) == b"halfwhole"
    assert links.used == [link]


def test_a_link_is_of_one_order_alone(shop: Demo, sink: Sink) -> None:
    ada, ben = Buyer(shop, "hers@ada.test"), Buyer(shop, "his@ben.test")
    pages = [ada.pays_by_card(), ben.pays_by_card()]
    hers, his = (link_of(page, "Download").split("/")[-2] for page in pages)
    assert ada.web.get(f"{ada.order}/links/{hers}").status_code == 200
    bent = f"{hers[:-9]}{'x' if hers[-9] != 'x' else 'y'}{hers[-8:]}"
    for mixed in (his, f"{his}/a.pdf", bent, f"{bent}/a.pdf", "1"):
        answer = ada.web.get(f"{ada.order}/links/{mixed}")
        assert answer.status_code == 404
        assert heading(answer) == "This link does not belong to this order"
    assert ada.web.get(f"{ada.order}x/links/{hers}").status_code == 404
    unpaid = Buyer(shop, "unpaid@eve.test")
    unpaid.orders()
    assert unpaid.web.post(f"{unpaid.order}/new-link").status_code == 404


@pytest.fixture(scope="module")
def own_clocks(tmp_path_factory: pytest.TempPathFactory, sink: Sink, bank: Bank) -> Iterator[Demo]:
    """A shop with a clock for each customer."""
    folder = tmp_path_factory.mktemp("clocks")
    with Demo(folder, smtp_port=sink.port, test_clock="customer", environ=paid_at(bank, "downloads")) as demo:
        yield demo


def test_a_link_expires_after_two_days_of_its_customers_clock(own_clocks: Demo, sink: Sink) -> None:
    ada, ben = Buyer(own_clocks, "late@ada.test", clock="ada"), Buyer(own_clocks, "soon@ben.test", clock="ben")
    links = []
    for buyer in (ada, ben):
        buyer.pays_by_card()
        links.append(link_of(mailed(sink, buyer, "Your download"), "Download your e-book"))
    hers = Clock(own_clocks.url, "ada")
    paid = hers.now()
    hers.turn_and_settle(paid + timedelta(hours=47))
    assert ada.web.get(links[0]).status_code == 200
    hers.turn_and_settle(paid + timedelta(hours=49))
    assert heading(ada.web.get(links[0])) == "This link has expired"
    assert "Send me a new link" in ada.web.get(ada.order).text
    assert ben.web.get(links[1]).status_code == 200
    ada.asks_for_link()
    assert ada.web.get(link_of(mailed(sink, ada, "Your new link"), "Download your e-book")).status_code == 200
    # What she pays at the provider is hers by her own clock too, though it is the provider that calls.
    again = Buyer(own_clocks, "wallet@ada.test", clock="ada")
    again.decides(again.goes_to_wallet(), "approve")
    assert again.web.get(link_of(mailed(sink, again, "Your download"), "Download your e-book")).status_code == 200


def test_the_organiser_sets_the_stage(shop: Demo) -> None:
    web, pack = client(shop.url), {"title": "Ten Templates", "price": "9.50", "currency": "EUR", "format": "zip"}
    assert web.put("/api/downloads/ten", json=pack).status_code == 401
    organiser = ("organiser", "organiser")
    assert web.put("/api/downloads/ten", json=pack, auth=organiser).status_code == 201
    assert web.put("/api/downloads/ten", json=pack, auth=organiser).status_code == 200
    for slug, change, says in (
        ("ten", {"price": "9.505"}, "two decimals"),
        ("ten", {"format": "exe"}, "none of pdf, zip"),
        ("orders", {}, "cannot be in an address"),
    ):
        answer = web.put(f"/api/downloads/{slug}", json=pack | change, auth=organiser)
        assert answer.status_code == 400
        assert says in answer.json()["error"]
    buyer = Buyer(shop, "pack@ada.test")
    file = buyer.web.get(link_of(buyer.pays_by_card("ten"), "Download"))
    assert file.headers["Content-Type"] == "application/zip"
    assert file.content[:2] == b"PK"


def test_an_order_that_lacks_something_says_what(shop: Demo) -> None:
    answer = client(shop.url).post("/downloads/promises-kept/order", data={"given_name": "Ada", "email": "ada@"})
    assert answer.status_code == 422
    assert len(re.findall(r'class="wrong"', answer.text)) == 3


def test_what_was_paid_survives_a_restart(tmp_path: Path, sink: Sink, bank: Bank) -> None:
    environ = paid_at(bank, "downloads")
    ada = None
    with Demo(tmp_path, smtp_port=sink.port, environ=environ) as first:
        ada = Buyer(first, "again@ada.test")
        ada.pays_by_card()
        link = link_of(mailed(sink, ada, "Your download"), "Download your e-book")
    with Demo(tmp_path, smtp_port=sink.port, keep=True, environ=environ) as second:
        assert client(second.url).get(link).status_code == 200

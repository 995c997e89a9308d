"""What is below the waterline is found; what only looks like it is let be."""

from __future__ import annotations

import textwrap

import pytest

from upheld.improve.waterline import below_the_waterline, findings_in

BELOW = {
    "database": [
        "the order is in the database",
        "a row is inserted",
        "there is one row in the bookings table",
        "the users table has 1 new record",
        "the payment is persisted",
        "we look into Postgres for the order",
        "die Bestellung steht in der Datenbank",
        "la commande est dans la base de données",
        "de boeking staat in de database",
        "el pedido está en la base de datos",
    ],
    "queue": [
        "the email queue is empty",
        "the reminder is put in the queue",
        "a message is enqueued for the receipt",
        "the outbox has one entry",
        "the message queue has 3 items",
        "die Mail-Warteschlange ist leer",
        "la file d'attente des messages contient un message",
        "la cola de correo está vacía",
    ],
    "machinery": [
        "the nightly job has run",
        "the background worker picks up the order",
        "cron runs at 8",
        "the scheduler is triggered",
        "the backend knows the booking",
        "the server answers without errors",
        "the cache is cleared",
        "an exception is thrown",
        "der Hintergrundjob läuft",
        "la tâche planifiée s'exécute",
        "de achtergrondtaak draait",
        "la tarea programada se ejecuta",
        "the status becomes PAID",
    ],
    "protocol": [
        "I POST /api/orders",
        'she sends a GET request to "/orders"',
        "the API returns 200",
        "the endpoint answers with 404",
        "the response code is 201",
        "the JSON has her name",
        "the status is 500",
        "der Statuscode ist 200",
        "le code d'état est 200",
        "el código de estado es 200",
        "the callback URL is called",
    ],
    "staff": [
        "staff print the badges",
        "the office books the training room",
        "order the manuals",
        "book the room",
        "the manuals are ordered",
        "the warehouse packs the parcel",
        "our team must prepare the handouts",
        "die Mitarbeiter drucken die Namensschilder",
        "le personnel imprime les badges",
        "het personeel print de badges",
        "el personal imprime las tarjetas",
    ],
    "selector": [
        'I click "#btn-3"',
        'she presses ".checkout > button"',
        "she sees \"//div[@class='total']\"",
        'she fills in "input[name=email]" with "x"',
        "she finds the CSS selector of the price",
        'the element with id "total" is visible',
        "she clicks #pay-now",
    ],
    "waiting": [
        "she waits 5 seconds",
        "wait for 10 s",
        "we sleep 3",
        "sie wartet 5 Sekunden",
        "elle attend 5 secondes",
        "ze wacht 5 seconden",
        "ella espera 5 segundos",
    ],
    "testware": [
        "a test user exists",
        "the payment gateway is mocked",
        "the mail server is a stub and the test data is loaded",
        "assert that the total is right",
        "ein Testbenutzer ist angelegt",
        "un utilisateur de test existe",
        "er bestaat een testgebruiker",
        "existe un usuario de prueba",
    ],
    "of several topics": [
        "the record exists in the customer table",
        "the table orders has two rows",
        "the mail job is queued",
        "a job for the reminder has been scheduled",
        "the background process sends the receipt",
        "the worker has processed the order",
        "the reminder task is executed",
        "a 422 is returned",
        "the organiser orders the manuals from the printer",
        "the trainer's hotel is booked by the office",
        "the accountant posts the invoice",
        "staff check the payment",
        "an employee calls the venue",
        "after 5 seconds the page reloads",
        "the entity is saved",
        "the log contains an error",
        "the transaction is committed",
        "the event handler fires",
        "the cache is empty",
        "die Zeile steht in der Tabelle Bestellungen",
        "der Job wird ausgeführt",
        "el trabajo en segundo plano envía el recibo",
        "the payment table is updated",
        "the subscription row is deleted",
        "the bookings are read from MySQL",
        "the queue contains two messages",
        "messages are published to the topic",
        "the retry queue is drained",
        "the consumer reads the message",
        "the job queue worker restarts",
        "cron executes the reminder script",
        "the API key is valid",
        "the client calls the REST endpoint",
        "the request fails with status 403",
        "the webhook returns 200",
        "the response contains XML",
        "someone must print the name tags",
        "the room is booked by the office",
        "staff have ordered the manuals",
        "the caterer is ordered",
        "the trainer is assigned by the team",
        'the button with class "primary" is clicked',
        "she clicks on the div",
        "the test account is created",
        "with mock data",
        "the stub answers",
        "we assert the page title",
        "wait until 10 seconds have passed",
        "pause for 2 seconds",
        "the migration has run",
        "the lambda is invoked",
        "el job se ejecuta cada noche",
        "die API antwortet",
        "les étiquettes sont imprimées par le personnel",
        "het personeel bestelt de handleidingen",
    ],
    "name in the code": ["her order_status is paid", "is_member holds for her"],
}
ABOVE = [
    "she books a table for two",
    "the waiter brings the queue number",
    "she is first on the waiting list",
    "she fills in her job title",
    "she applies for the job",
    "her new job begins on Monday",
    "she sits in row 12 of the front rows",
    "it rains three days in a row",
    "the table of contents lists five chapters",
    "she joins the queue and sees her place in it",
    "she stands in the queue for the cloakroom",
    'she sees "Your queue number is 12"',
    'she sees "Table for two"',
    'she sees "Row 5, seat 12"',
    'she sees "Error 404: this page has moved"',
    'she is on "/events/systems-day"',
    'she opens "/api-workshop"',
    'she follows "#12: Systems Day"',
    'she sees "Order #1042"',
    'she follows "Home > Events"',
    'she fills in "Dietary needs" with "none"',
    "a social worker calls her",
    "the server brings the bill",
    "she tests the bicycle before she buys it",
    "she takes the eye test",
    "she gets her test results by email within 2 days",
    "the mock exam is on Tuesday",
    "she keeps the stub of her ticket",
    "she is promised a receipt by email within 2 minutes of paying",
    "she is promised no receipt by email for 10 seconds",
    "she receives a code by text message within 1 minute",
    "14 days have passed",
    "she waits for the confirmation",
    "her parents wait at home",
    "the partner is promised an order notice by webhook within 1 minute",
    "she downloads the attendee list as a CSV",
    "she gets 200 points",
    "she receives a 500 EUR voucher",
    "she posts a letter to the editor",
    "she gets a refund and puts the book into her basket",
    "she deletes her account",
    "she patches her jacket",
    "the postal worker brings a parcel",
    "she books a room for two nights",
    "she prints her badge at the kiosk",
    "she orders two manuals for her team",
    "Ada's room is booked for Friday",
    "the organiser finds her in the attendee list with her company",
    "she shows her ID at the door",
    "she logs in and is logged out after an hour",
    "the key is under the mat",
    "she enters the code from her authenticator app",
    "the class of 2019 meets again",
    "the bridge spans the river in a span of 300 metres",
    "she chooses a date in the date selector",
    "her child plays three fixtures this season",
    "die Warteschlange am Eingang ist kurz",
    "sie steht in der Tabelle der Liga ganz oben",
    "sie wartet auf die Bestätigung",
    "elle fait la file d'attente devant le musée",
    "elle attend la confirmation",
    "ella espera la confirmación en la cola del cine",
    "ze staat in de wachtrij voor het concert",
    "de ober brengt haar een tafel voor twee",
    "iPhone and eBay are named in it",
    "<customer> lives in <home_city>",
    "she drops a coin into the slot machine queue",
    "she reads the tables in the annual report",
    "the table is laid",
    "the table has four legs",
    "the table has a view of the sea",
    "the orders table at the bazaar is crowded",
    "at table seven she orders soup",
    "her record collection is complete",
    "her membership record shows three visits",
    "she enters the race and her entry is accepted",
    "the entries close on Friday",
    "she leaves the queue",
    "the workers' union promises her a card",
    "she sees the worker bee in the hive",
    "she changes jobs",
    "her job is done",
    "her task is finished",
    "the tasks of the course are listed",
    "she is served at the counter",
    "the waiter serves her",
    "she is given a status of gold member",
    "her status is gold",
    "the status page says all is well",
    "she scores 404 points",
    "it costs 200 EUR",
    "room 404 is hers",
    "she reads the response to her question",
    "she requests a status update on her order",
    "her test is on Monday",
    "she takes the test online",
    "the test kit arrives",
    "she tastes the fake caviar",
    "a dummy stands in the shop window",
    "she reads the fixtures of her club",
    "she waits for the parcel at home",
    "after 3 days she asks again",
    "after the event she receives a thank-you",
    "they wait 15 minutes for the bus",
    "she follows the link with the class of 2020",
    "the trainer prepares her for the exam",
    "the office calls her back",
    "her order is approved",
    "her parcel is packed by the gift service",
    "her room is prepared",
    "she logs in",
    "she posts her review",
    "she gets a request for her dietary needs",
    "she puts the ticket in her wallet",
    "she deletes her review",
    "sie bucht den Tisch am Fenster",
    "elle réserve une table",
    "ze reserveert een tafel",
    "ella reserva una mesa",
]


@pytest.mark.parametrize(
    ("topic", "sentence"), [(topic, sentence) for topic, sentences in BELOW.items() for sentence in sentences]
)
def test_below(topic: str, sentence: str) -> None:
    assert below_the_waterline(sentence) != [], topic


@pytest.mark.parametrize("sentence", ABOVE)
def test_above(sentence: str) -> None:
    assert below_the_waterline(sentence) == []


FEATURE = textwrap.dedent("""\
    # language: en
    Feature: The queue of jobs
      The fix: the receipt is sent from the outbox, by a worker with retries.

      Background:
        Given the API is up

      Scenario: The cron job runs
        # upheld: allow "backend": the course is called Backend for Beginners
        Given Ada books the course backend for beginners
        # upheld: allow "server"
        And the server is running
        When she is promised a receipt by email within 2 minutes
          | says | your order is in our database |
        Then these are there
          | order_id | what         |
          | 12       | the database |

      Scenario Outline: Somebody <does_this>
        Given Ada sees "<words>"
        Examples:
          | words        | does_this |
          | the database | waits     |
""")


def test_names_steps_and_tables_of_a_feature() -> None:
    assert [(found.line, found.word) for found in findings_in(FEATURE, "a.feature")] == [
        (6, "API"),
        (8, "cron job"),
        (11, "server"),  # let be without a reason
        (16, "order_id"),
        (17, "database"),
        (23, "database"),
    ]
    told = str(findings_in(FEATURE, "features/a.feature")[0])
    assert told == (
        'features/a.feature:6: "API": requests, status codes and data formats are between programs; she uses pages and '
        'reads letters. Instead, say what she does and sees: she presses "Pay now", she sees "You are booked".'
    )


def test_a_feature_that_cannot_be_read_is_a_finding() -> None:
    (found,) = findings_in("Feature: x\n  Scenario: y\n    Given z\n  nonsense\n", "a.feature")
    assert (found.line, found.word) == (4, "Gherkin")
    assert "nonsense" in found.reason

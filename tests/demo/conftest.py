"""A shop and a mail server for each module, and one bank that all of them share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from demo.bank import Bank
from demo.process import Demo
from tests.demo.stage import Sink, close_clients, paid_at, running_door, running_sink


@pytest.fixture(autouse=True)
def clients() -> Iterator[None]:
    yield
    close_clients()


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with running_sink() as sink:
        yield sink


@pytest.fixture(scope="session")
def bank() -> Iterator[Bank]:
    with Bank() as bank:
        yield bank


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sink: Sink, bank: Bank) -> Iterator[Demo]:
    with Demo(tmp_path_factory.mktemp("shop"), smtp_port=sink.port, environ=paid_at(bank)) as demo:
        yield demo


@pytest.fixture
def door() -> Iterator[Any]:
    with running_door() as door:
        yield door

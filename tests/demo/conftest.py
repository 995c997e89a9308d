"""A shop and a mail server for each module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from demo.process import Demo
from tests.demo.stage import Sink, close_clients, running_door, running_sink


@pytest.fixture(autouse=True)
def clients() -> Iterator[None]:
    yield
    close_clients()


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with running_sink() as sink:
        yield sink


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sink: Sink) -> Iterator[Demo]:
    with Demo(tmp_path_factory.mktemp("shop"), smtp_port=sink.port) as demo:
        yield demo


@pytest.fixture
def door() -> Iterator[Any]:
    with running_door() as door:
        yield door

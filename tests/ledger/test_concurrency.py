"""Many processes write at once; nothing is lost, doubled, half-written or overlooked by a reader."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, wait

import sqlalchemy

from tests.ledger import writers
from tests.ledger.telling import NOON, told, wait_until
from upheld.ledger import Event, Ledger, open_ledger, tables

WRITERS, COUNT = 4, 200
SPAWN = multiprocessing.get_context("spawn")


def test_four_processes_write_two_hundred_times_and_a_reader_misses_nothing(ledger: Ledger, url: str) -> None:
    seen: list[Event] = []
    with ProcessPoolExecutor(WRITERS, SPAWN) as pool:
        running = [pool.submit(writers.write, url, number, COUNT) for number in range(WRITERS)]
        unfinished = set(running)
        while unfinished:
            unfinished = wait(unfinished, timeout=0.02).not_done
            seen += ledger.events(after=seen[-1].seq if seen else 0)
        for writer in running:
            writer.result()
    seen += ledger.events(after=seen[-1].seq)
    assert seen == ledger.events(), "a reader who goes on from the last seq has seen everything"
    for number in range(WRITERS):
        assert [event.data["index"] for event in seen if event.run == f"writer {number}"] == list(range(COUNT))
    assert Counter(event.kind for event in seen) == {"step": WRITERS * COUNT, "canary": COUNT}


def test_a_killed_writer_leaves_nothing_and_holds_up_nobody(ledger: Ledger, url: str) -> None:
    ours, theirs = SPAWN.Pipe()
    writer = SPAWN.Process(target=writers.write_but_never_commit, args=(url, theirs))
    writer.start()
    assert ours.poll(30), "the writer did not come to its commit within 30 s"
    assert ours.recv() == writer.pid
    assert ledger.events() == [], "what is not committed is not seen, and does not keep a reader waiting"
    writer.kill()
    writer.join()
    ledger.append(told("step", index=1))
    assert [event.data for event in ledger.events()] == [{"index": 1}]


def test_on_postgres_a_lower_seq_is_never_seen_later(postgres_url: str) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with (
        open_ledger(postgres_url, migrate=True) as ledger,
        open_ledger(postgres_url) as quick,
        ThreadPoolExecutor(1) as pool,
    ):
        row = {"at": NOON, "run": "r", "kind": "step", "journey": "", "promise": "", "recipient": "", "data": {}}
        with ledger._writing() as slow:
            slow.execute(sqlalchemy.insert(tables.events), row)  # has its seq, and is not committed
            with ledger._engine.connect() as looking:
                later = pool.submit(quick.append, told("canary"))
                wait_until(lambda: looking.exec_driver_sql(waiting).scalar() == 1, "the second writer does not wait")
                assert ledger.events() == []
        later.result(timeout=30)
        assert [(event.seq, event.kind) for event in ledger.events()] == [(1, "step"), (2, "canary")]


def test_threads_share_a_ledger(ledger: Ledger) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: ledger.append(told("step", index=number)), range(80)))
    assert sorted(event.data["index"] for event in ledger.events()) == list(range(80))


FORKING = """
import os, sys
from tests.ledger.telling import told
from upheld.ledger import open_ledger

ledger = open_ledger(sys.argv[1])
ledger.append(told("step", index=1))
child = os.fork()
if child == 0:
    ledger.append(told("step", index=2))
    ledger.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
ledger.append(told("step", index=3))
print([event.data["index"] for event in ledger.events()])
"""


def test_a_forked_process_opens_its_own_connections(ledger: Ledger, url: str) -> None:
    said = subprocess.run([sys.executable, "-c", FORKING, url], capture_output=True, text=True)
    assert (said.stdout.strip(), said.stderr) == ("[1, 2, 3]", "")

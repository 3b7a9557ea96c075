"""Data from the hub, by the real clients, against a hub on the loopback interface that may misbehave."""

from __future__ import annotations

import io
import json
import re
import shutil

import pyarrow as pa
import pytest
from loopback_hub import Client, LoopbackHub
from pyarrow import parquet

WIKITEXT, MULTI30K = "Salesforce/wikitext", "bentrevett/multi30k"
PINNED, NEWER = "b08601e04326c79dfdd32d625aee71d232d685c3", "c" * 40
LINES = {"train": [" = Title = \n", "", " a b c \n"], "validation": [" d e \n"], "test": [" f \n", " g h \n"]}
PAIRS = {"train": [["a dog", "ein Hund"], ["a cat", "eine Katze"]], "val": [["two", "zwei"]], "test": [["one", "eins"]]}
SUITE = """suite: wanted
seeds: 1
tune: none
budget: {core_params: 30000, steps: 10}
recipe: {learning_rate: 1e-3}
models: [lstm]
tasks: [{task: %s, dataset: %s}]
"""


def parquet_of(lines: list[str]) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(pa.table({"text": lines}), buffer)
    return buffer.getvalue()


def wikitext(lines: dict[str, list[str]]) -> dict[str, bytes]:
    return {f"wikitext-2-v1/{split}-00000-of-00001.parquet": parquet_of(of) for split, of in lines.items()}


def multi30k(pairs: dict[str, list[list[str]]]) -> dict[str, bytes]:
    def jsonl(rows: list[list[str]]) -> bytes:
        return "".join(json.dumps({"en": en, "de": de}) + "\n" for en, de in rows).encode()

    return {"README.md": b"captions", **{f"{split}.jsonl": jsonl(rows) for split, rows in pairs.items()}}


@pytest.fixture(scope="module")
def hub():
    server = LoopbackHub()
    yield server
    server.close()


@pytest.fixture(scope="module")
def client(hub, tmp_path_factory):
    process = Client(hub, tmp_path_factory.mktemp("home"))
    yield process
    process.close()


@pytest.fixture(autouse=True)
def fresh(hub, client):
    """A well-behaved hub, whose newest WikiText is not the pinned one, and an empty cache."""
    hub.repositories = {
        WIKITEXT: {PINNED: wikitext(LINES), NEWER: wikitext({**LINES, "train": ["newer\n"]})},
        MULTI30K: {"a" * 40: multi30k(PAIRS)},
    }
    hub.behaviour = ""
    hub.requests.clear()
    shutil.rmtree(client.home / "hf", ignore_errors=True)
    for task, dataset in (("language-modelling", "wikitext-2"), ("translation", "multi30k-en-de")):
        (client.home / f"{dataset}.yaml").write_text(SUITE % (task, dataset))


def fingerprint(done) -> str:
    return re.search(r"fingerprint: (\w{64})", done["out"])[1]


def snapshots(client):
    return {path.name for path in client.home.glob("hf/hub/datasets--*/snapshots/*")}


def test_the_pinned_revision_is_fetched_though_a_newer_one_is_there(hub, client):
    done = client("data", "fetch", "wikitext-2.yaml")
    assert (done["code"], done["err"]) == (0, ""), done
    assert done["out"].startswith("wikitext-2: fetched")
    assert snapshots(client) == {PINNED}
    assert f"{WIKITEXT} at {PINNED} (pinned)" in client("data", "list", "wikitext-2.yaml")["out"]


def test_what_was_fetched_has_the_fingerprint_of_the_same_rows_in_a_folder(hub, client, tmp_path):
    client("data", "fetch", "wikitext-2.yaml")
    hub.requests.clear()
    fetched = client("data", "list", "wikitext-2.yaml")
    assert f"where: {client.home}/hf/hub/datasets--Salesforce--wikitext/snapshots/{PINNED}/" in fetched["out"]
    assert hub.requests == []
    (tmp_path / "wikitext-2").mkdir()
    for split, name in (("train", "train"), ("validation", "valid"), ("test", "test")):
        text = "".join(line or "\n" for line in LINES[split])
        (tmp_path / "wikitext-2" / f"{name}.txt").write_text(text)
    folder = client("data", "list", "wikitext-2.yaml", "--data-dir", str(tmp_path))
    assert f"where: {tmp_path}/wikitext-2" in folder["out"]
    assert fingerprint(folder) == fingerprint(fetched)


def test_an_unpinned_repository_stays_at_the_revision_of_its_first_fetch(hub, client):
    assert "newest at the first fetch (unverified)" in client("data", "list", "multi30k-en-de.yaml")["out"]
    client("data", "fetch", "multi30k-en-de.yaml")
    before = client("data", "list", "multi30k-en-de.yaml")
    assert f"{MULTI30K} at {'a' * 40} (unverified); never fetched where this was built" in before["out"]
    hub.repositories[MULTI30K]["b" * 40] = multi30k({**PAIRS, "test": [["new", "neu"]]})
    shutil.rmtree(client.home / "hf" / "hub" / "datasets--bentrevett--multi30k")
    assert client("data", "fetch", "multi30k-en-de.yaml")["code"] == 0
    assert fingerprint(client("data", "list", "multi30k-en-de.yaml")) == fingerprint(before)


def test_a_second_fetch_says_that_all_is_here_and_asks_nobody(hub, client):
    client("data", "fetch", "wikitext-2.yaml")
    hub.requests.clear()
    again = client("data", "fetch", "wikitext-2.yaml")["out"]
    assert again.startswith(f"wikitext-2: here already: {client.home}/hf/hub/datasets--Salesforce--wikitext/")
    assert hub.requests == []


def test_a_slow_hub_is_waited_for(hub, client):
    hub.behaviour = "slow"
    assert client("data", "fetch", "wikitext-2.yaml")["code"] == 0
    assert "problem" not in client("data", "list", "wikitext-2.yaml")["out"]


@pytest.mark.parametrize(
    ("behaviour", "cause"),
    [
        ("silent", "timed out"),
        ("broken", "500 Internal Server Error"),
        ("wrong revision", f"the hub answered with revision {NEWER}, expected {PINNED}"),
        ("altered", "not what the hub says of them: wikitext-2-v1/"),
    ],
)
def test_a_hub_that_misbehaves_leaves_nothing_that_is_used(hub, client, behaviour, cause):
    hub.behaviour = behaviour
    done = client("data", "fetch", "wikitext-2.yaml")
    assert done["code"] == 1
    assert f"dataset 'wikitext-2' could not be fetched from {WIKITEXT} at {PINNED}" in done["err"]
    assert cause in done["err"]
    assert "nothing of it is used" in done["err"]
    assert "--data-dir or RNNBENCH_DATA" in done["err"]
    assert done["seconds"] < 10
    assert "where: not here" in client("data", "list", "wikitext-2.yaml")["out"]
    hub.behaviour = ""
    assert client("data", "fetch", "wikitext-2.yaml")["code"] == 0
    assert "fingerprint" in client("data", "list", "wikitext-2.yaml")["out"]


def test_a_truncated_file_is_not_taken_for_whole(hub, client):
    hub.behaviour = "truncated"
    assert client("data", "fetch", "wikitext-2.yaml")["code"] == 1
    assert "where: not here" in client("data", "list", "wikitext-2.yaml")["out"]


def test_a_repository_that_lacks_a_split_is_refused(hub, client):
    del hub.repositories[WIKITEXT][PINNED]["wikitext-2-v1/test-00000-of-00001.parquet"]
    done = client("data", "fetch", "wikitext-2.yaml")
    assert "it has no file wikitext-2-v1/test-*.parquet for the test rows" in done["err"]


@pytest.mark.parametrize("harm", ["altered", "truncated", "removed"])
def test_a_cached_file_that_changed_is_noticed_and_fetched_again(hub, client, harm):
    client("data", "fetch", "wikitext-2.yaml")
    whole = client("data", "list", "wikitext-2.yaml")
    (path,) = client.home.glob("hf/hub/datasets--Salesforce--wikitext/snapshots/*/wikitext-2-v1/test-*")
    content = path.resolve().read_bytes()
    path.resolve().unlink()
    if harm != "removed":
        path.resolve().write_bytes(content[:-1] + (b"!" if harm == "altered" else b""))
    damaged = client("data", "list", "wikitext-2.yaml")["out"]
    assert "is missing or altered since it was fetched; or bring it from the hub: rnnbench data fetch" in damaged
    assert "fingerprint" not in damaged
    assert client("data", "fetch", "wikitext-2.yaml")["code"] == 0
    assert fingerprint(client("data", "list", "wikitext-2.yaml")) == fingerprint(whole)


def test_a_run_without_the_data_says_what_to_do_and_asks_nobody(hub, client):
    hub.behaviour = "silent"
    done = client("run", "wikitext-2.yaml")
    assert done["code"] == 2
    assert "set --data-dir or RNNBENCH_DATA" in done["err"]
    assert "or bring it from the hub: rnnbench data fetch" in done["err"]
    assert hub.requests == []
    assert done["seconds"] < 5


def test_the_tokenised_captions_are_not_on_the_hub(hub, client):
    entry = "{name: multi30k-en-de, fields: {tokenised: true}}"
    (client.home / "tokenised.yaml").write_text(SUITE % ("translation", entry))
    done = client("data", "fetch", "tokenised.yaml")
    assert done["code"] == 1
    assert "never fetched" in done["err"]
    assert hub.requests == []

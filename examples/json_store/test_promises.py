"""What the contract cannot see: the files themselves, a second process, and a process that is killed."""

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from json_store import JsonStore
from json_store.files import Files

from service_engine import OrganizationId
from service_engine.adapters.memory.documents import FORMAT, dump, load
from service_engine.testing import populate
from service_engine.usecases.clients import create_client, list_clients
from service_engine.usecases.organizations import bootstrap_organization

NOW = datetime(2026, 2, 7, 12, 0, tzinfo=UTC)
WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from json_store import JsonStore
from service_engine.usecases.clients import create_client

store, org_id, times = JsonStore(Path(sys.argv[1])), UUID(sys.argv[2]), int(sys.argv[3])
for number in range(times):
    email = f"{store.entropy.new_id()}@example.com"
    store.run(org_id, create_client, email=email, first_name="A", last_name="B", at=datetime(2026, 2, 7, tzinfo=UTC))
    print(email, flush=True)
"""


def test_a_whole_organization_is_read_again(tmp_path):
    """By a store that was opened later, deleted things included."""
    acme = populate(JsonStore(tmp_path), tickets=5)
    text = (tmp_path / str(acme.org_id) / "state.json").read_text(encoding="utf-8")
    assert dump(load(text)) == text
    later = JsonStore(tmp_path)
    assert (
        later.run(acme.org_id, lambda uow: tuple(uow.invoices.get(each.id) for each in acme.invoices)) == acme.invoices
    )
    assert later.run(acme.org_id, lambda uow: tuple(uow.tickets.get(each.id) for each in acme.tickets)) == acme.tickets


def test_a_rollback_writes_no_file(tmp_path):
    """The file is the very same one, as is it after a transaction that changed nothing."""
    store, org_id = founded(tmp_path)
    file = tmp_path / str(org_id) / "state.json"
    before = file.stat()
    with pytest.raises(KeyError), store.begin(org_id) as uow:  # noqa: PT012 - the block is the transaction
        create_client(uow, email="j@example.com", first_name="John", last_name="Doe", at=NOW)
        raise KeyError
    assert store.run(org_id, list_clients).total == 0
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_was_half_written_is_not_read(tmp_path):
    """A process that died while writing leaves a file of another name, which the next one writes over."""
    store, org_id = founded(tmp_path)
    (tmp_path / str(org_id) / "state.new").write_text('{"organization": {"na', encoding="utf-8")
    store.run(org_id, create_client, email="j@example.com", first_name="John", last_name="Doe", at=NOW)
    assert JsonStore(tmp_path).read(org_id, list_clients).total == 1


def test_a_file_of_another_format_is_refused(tmp_path):
    """To read and to write alike, and nothing is written over it."""
    store, org_id = founded(tmp_path)
    file = tmp_path / str(org_id) / "state.json"
    other = json.dumps(json.loads(file.read_text(encoding="utf-8")) | {"format": 0})
    file.write_text(other, encoding="utf-8")
    with pytest.raises(ValueError, match=f"has format 0; this version reads format {FORMAT}"):
        store.read(org_id, list_clients)
    with pytest.raises(ValueError, match=f"has format 0; this version reads format {FORMAT}"):
        store.run(org_id, create_client, email="j@example.com", first_name="John", last_name="Doe", at=NOW)
    assert file.read_text(encoding="utf-8") == other


def test_an_entry_of_the_directory_is_nothing_by_itself(tmp_path):
    """A process that died between the two files of founding has taken neither slug nor token."""
    nobody = str(JsonStore(tmp_path).entropy.new_id())
    entries = {"slugs": {"acme": nobody}, "tokens": {"hash": [nobody, nobody]}}
    (tmp_path / "directory.json").write_text(json.dumps(entries), encoding="utf-8")
    files = Files(tmp_path)
    assert not files.slug_is_taken("acme")
    assert files.token_place("hash") is None
    store, org_id = founded(tmp_path)
    assert store.run(org_id, lambda uow: uow.organizations.get().slug) == "acme"
    assert files.slug_is_taken("acme")


def test_two_processes_lose_no_update(tmp_path):
    """They read the whole file, change it and write it back, and neither writes over what the other wrote."""
    store, org_id = founded(tmp_path)
    writers = [writer(tmp_path, org_id, times=25) for _ in range(2)]
    acknowledged = [line for each in writers for line in each.communicate(timeout=60)[0].split()]
    assert [each.returncode for each in writers] == [0, 0]
    assert len(acknowledged) == store.read(org_id, list_clients).total == 50


def test_a_killed_process_leaves_what_it_acknowledged(tmp_path):
    """And at most one more, whose acknowledgement was on its way; the lock is free."""
    store, org_id = founded(tmp_path)
    kept = 0
    for rounds in range(1, 4):
        doomed = writer(tmp_path, org_id, times=1_000)
        assert doomed.stdout is not None
        said = [doomed.stdout.readline() for _ in range(5 * rounds)]
        doomed.send_signal(signal.SIGKILL)
        said += doomed.communicate(timeout=60)[0].splitlines()
        there = store.read(org_id, list_clients).total - kept
        assert len(said) <= there <= len(said) + 1
        kept += there
    store.run(org_id, create_client, email="j@example.com", first_name="John", last_name="Doe", at=NOW)


def founded(root: Path) -> tuple[JsonStore, OrganizationId]:
    """Open a store with an organisation."""
    store = JsonStore(root)
    org_id = OrganizationId(store.entropy.new_id())
    store.run(org_id, bootstrap_organization, name="Acme", at=NOW)
    return store, org_id


def writer(root: Path, org_id: OrganizationId, *, times: int) -> subprocess.Popen[str]:
    """Start a process that creates clients, and says so of each when it is committed."""
    words = [sys.executable, "-c", WRITER, str(root), str(org_id), str(times)]
    return subprocess.Popen(words, cwd=Path(__file__).parent, stdout=subprocess.PIPE, text=True)

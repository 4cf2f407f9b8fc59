"""The files: one organisation's state is one of them, and it is replaced as a whole or not at all.

::

    <root>/<organisation>/state.json    everything that is committed
    <root>/<organisation>/lock          held by whoever has a unit of work open
    <root>/directory.json               in which organisation a slug or a token is
    <root>/lock                         held while a slug or a token is being taken
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from service_engine.adapters.memory.documents import dump, load
from service_engine.adapters.memory.state import Published, State, Work
from service_engine.domain.ids import ApiTokenId, OrganizationId
from service_engine.errors import ConflictError

__all__ = ["Files"]


class Files(Published):
    """What is committed, on a disk. The state files are the truth; ``directory.json`` only tells where to look.

    Args:
        root: The directory of all organisations.
    """

    def __init__(self, root: Path) -> None:
        super().__init__()
        root.mkdir(parents=True, exist_ok=True)
        self._root = root

    @contextmanager
    def locked(self, org_id: OrganizationId) -> Iterator[None]:
        """Keep every other thread and process from writing to an organisation."""
        place = self._root / str(org_id)
        if not place.exists():
            place.mkdir(exist_ok=True)
            _sync(self._root)
        with _locked(place / "lock"):
            yield

    def state(self, org_id: OrganizationId) -> State:
        """Return an organisation's state; needs no lock, because a file is replaced as a whole."""
        text = _read(self._root / str(org_id) / "state.json")
        return State() if text is None else load(text)

    def slug_is_taken(self, slug: str) -> bool:
        """Tell whether a committed organisation has this slug."""
        place = self._directory()["slugs"].get(slug)
        organization = None if place is None else self.state(OrganizationId(UUID(place))).organization
        return organization is not None and organization.slug == slug

    def token_place(self, token_hash: str) -> tuple[OrganizationId, ApiTokenId] | None:
        """Return in which organisation, and under which id, a committed token of this hash is."""
        place = self._directory()["tokens"].get(token_hash)
        if place is None:
            return None
        org_id, token_id = OrganizationId(UUID(place[0])), ApiTokenId(UUID(place[1]))
        return (org_id, token_id) if token_id in self.state(org_id).api_tokens.rows else None

    def publish(self, work: Work, before: Callable[[], None] | None = None) -> None:
        """Make a unit of work's state the organisation's state, all of it or nothing."""
        file = self._root / str(work.org_id) / "state.json"
        if before is None and work.founded is None and not work.new_tokens:
            _replace_changed(file, dump(work.state))
            return
        with _locked(self._root / "lock"):
            self._require_free(work)
            if before is not None:
                before()
                self._require_free(work)  # it may have issued a token itself
            directory = self._directory()
            if work.founded is not None:
                directory["slugs"][work.founded.slug] = str(work.org_id)
            for token in work.new_tokens:
                directory["tokens"][token.token_hash] = [str(work.org_id), str(token.id)]
            # The directory first. If this process dies before the state is there, an entry leads to nothing, which is
            # as good as no entry: both questions above look whether it is true.
            _replace_changed(self._root / "directory.json", json.dumps(directory))
            _replace_changed(file, dump(work.state))

    def _require_free(self, work: Work) -> None:
        if work.founded is not None and self.slug_is_taken(work.founded.slug):
            raise ConflictError("organization", work.org_id)
        for token in work.new_tokens:
            if self.token_place(token.token_hash) is not None:
                raise ConflictError("api_token", token.id)

    def _directory(self) -> Any:
        text = _read(self._root / "directory.json")
        return {"slugs": {}, "tokens": {}} if text is None else json.loads(text)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    # Another open file is another holder, so this keeps threads apart, too. The system lets go when a process dies.
    with file.open("a") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def _replace_changed(file: Path, text: str) -> None:
    if text != _read(file):
        _replace(file, text)


def _replace(file: Path, text: str) -> None:
    """Write a file so that it is the old one or the new one, whenever the power goes."""
    new = file.with_suffix(".new")  # one name is enough: whoever writes holds the lock
    with new.open("w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(file)
    _sync(file.parent)


def _sync(directory: Path) -> None:
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

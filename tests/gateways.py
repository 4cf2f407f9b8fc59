"""Payment gateways that go wrong, and one that other processes see too: doubles of somebody else's machine."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Collection
from pathlib import Path

from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.domain.ids import PaymentId
from service_engine.errors import PaymentPendingError
from service_engine.ports.payments import Approved, ChargeAnswer, ChargeRequest


class BusyGateway(SimulatedGateway):
    """Lets something happen while it is at work: once, at its first charge, before or after it takes the money."""

    def __init__(
        self, meanwhile: Callable[[], object], *, before: bool = False, declines: Collection[str] = ()
    ) -> None:
        super().__init__(declines=declines)
        self._meanwhile: Callable[[], object] | None = meanwhile
        self._before = before

    def charge(self, request: ChargeRequest) -> ChargeAnswer:
        """Take the money; the rest of the world goes on meanwhile."""
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None and self._before:
            meanwhile()
        answer = super().charge(request)
        if meanwhile is not None and not self._before:
            meanwhile()
        return answer


class StubbornGateway(BusyGateway):
    """Does not answer when it is asked to give something back, until ``gives_back`` is set."""

    gives_back = False

    def refund(self, key: PaymentId) -> None:
        """Give back, or be silent."""
        if not self.gives_back:
            raise PaymentPendingError(key)
        super().refund(key)


class LedgerGateway:
    """Keeps its books in a directory, a file for each charge, so that it outlives the process that asks it.

    A file is there whole or not at all, and is made once, whoever tries.

    Args:
        ledger: The directory.
        dies: The process is killed at this moment: ``asked``, ``taken`` or ``given back``.
    """

    def __init__(self, ledger: Path, *, dies: str = "") -> None:
        self._ledger = ledger
        self._dies = dies

    @property
    def taken(self) -> dict[str, str]:
        """What it took, by payment, given back or not."""
        return {file.stem: file.read_text() for file in self._ledger.glob("*.taken")}

    @property
    def given_back(self) -> set[str]:
        """The payments that it gave back."""
        return {file.stem for file in self._ledger.glob("*.back")}

    def charge(self, request: ChargeRequest) -> ChargeAnswer:
        """Take the money, once for the request's key."""
        self._die("asked")
        self._enter(f"{request.key}.taken", str(request.amount))
        self._die("taken")
        return self._answer(request.key)

    def outcome(self, key: PaymentId) -> ChargeAnswer | None:
        """Return what became of a charge; None when it never arrived."""
        return self._answer(key) if (self._ledger / f"{key}.taken").exists() else None

    def refund(self, key: PaymentId) -> None:
        """Give back what was taken under this key, once."""
        self._enter(f"{key}.back", "")
        self._die("given back")

    def _answer(self, key: PaymentId) -> Approved:
        return Approved(transaction_id=f"txn_{key}")

    def _enter(self, name: str, text: str) -> None:
        draft = self._ledger / f"{name}.{os.getpid()}"
        draft.write_text(text)
        try:
            os.link(draft, self._ledger / name)
        except FileExistsError:
            return
        finally:
            draft.unlink()

    def _die(self, moment: str) -> None:
        if moment == self._dies:
            os.kill(os.getpid(), signal.SIGKILL)

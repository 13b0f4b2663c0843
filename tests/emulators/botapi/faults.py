"""What can go wrong on the way, on demand."""

from dataclasses import dataclass, field
from enum import StrEnum

from tests.emulators.botapi.rules import Refused


class How(StrEnum):
    """What happens to a call."""

    REFUSE = "refuse"
    """An error is answered and nothing happens."""
    LOSE = "lose"
    """It happens, and the connection is cut before the answer."""
    HANG = "hang"
    """It happens, and no answer ever comes."""
    DROP = "drop"
    """The connection is cut before anything happens."""
    GARBAGE = "garbage"
    """It happens, and the answer is no JSON."""
    TRUNCATE = "truncate"
    """It happens, and the answer ends in the middle."""


@dataclass
class Fault:
    """One fault, for so many calls; ``method`` "" means any."""

    how: How
    method: str = ""
    chat: int = 0
    times: int = 1
    status: int = 500
    description: str = "Internal Server Error"
    parameters: dict[str, int] = field(default_factory=dict)

    def refusal(self) -> Refused:
        return Refused(self.status, self.description, **self.parameters)


class Faults:
    """The faults that wait for their call."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        self.waiting.append(fault)
        return fault

    def refuse(
        self,
        method: str = "",
        status: int = 500,
        description: str = "Internal Server Error",
        *,
        chat: int = 0,
        times: int = 1,
        **parameters: int,
    ) -> Fault:
        """Answer the next calls with an error."""
        return self.add(
            Fault(
                How.REFUSE,
                method,
                chat,
                times,
                status,
                description,
                parameters,
            )
        )

    def busy(
        self, seconds: int, method: str = "", *, chat: int = 0, times: int = 1
    ) -> Fault:
        """Answer the next calls with 429."""
        return self.refuse(
            method,
            429,
            f"Too Many Requests: retry after {seconds}",
            chat=chat,
            times=times,
            retry_after=seconds,
        )

    def lose(
        self, method: str = "", *, chat: int = 0, times: int = 1
    ) -> Fault:
        """Do what the next calls ask and lose the answer."""
        return self.add(Fault(How.LOSE, method, chat, times))

    def hang(
        self, method: str = "", *, chat: int = 0, times: int = 1
    ) -> Fault:
        """Do what the next calls ask and never answer."""
        return self.add(Fault(How.HANG, method, chat, times))

    def drop(
        self, method: str = "", *, chat: int = 0, times: int = 1
    ) -> Fault:
        """Cut the connection before anything happens."""
        return self.add(Fault(How.DROP, method, chat, times))

    def take(self, method: str, chat: str) -> Fault | None:
        """Return the fault of this call, if one waits for it."""
        for fault in self.waiting:
            if fault.method and fault.method.lower() != method.lower():
                continue
            if fault.chat and str(fault.chat) != chat:
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.waiting.remove(fault)
            return fault
        return None

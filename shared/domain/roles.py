"""Who may do what: five roles, each of which may do all that the ones before it may."""

from enum import IntEnum

from shared.domain.errors import NotAllowed
from shared.domain.model import Frozen


class Role(IntEnum):
    """reader reads; contributor brings documents and claims; editor proposes corrections; reviewer decides on them; admin gives tokens."""

    reader = 1
    contributor = 2
    editor = 3
    reviewer = 4
    admin = 5


class Principal(Frozen):
    """Who asks: `name` is written into every event as its actor."""

    name: str
    role: Role

    def require(self, role: Role) -> None:
        """Refuse unless this principal has the role or a higher one."""
        if self.role < role:
            raise NotAllowed(f"this needs the role {role.name}, and {self.name} has {self.role.name}; ask an admin for a token")

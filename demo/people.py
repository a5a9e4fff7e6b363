"""The accounts of the demo province as a table people can read."""

from blueprints.words.roles import ROLE_NAMES
from demo.province import DISTRICTS, HUB, DemoNode
from domain.roles import Role


def _role(role: Role) -> str:
    return str(ROLE_NAMES[role]).lower()


def accounts_of(node: DemoNode) -> list[str]:
    """One line a person and appointment: account, name, role, agency."""
    return [
        f"  {person.username:<18} {person.full_name:<22} {_role(person.role):<16} {agency.name}"
        for agency in node.agencies
        for person in agency.people
    ]


def main_accounts() -> list[str]:
    """The accounts of the hub and of the two district committees: enough for the journey."""
    lines = []
    for node in (HUB, *DISTRICTS):
        first = node.agencies[0]
        lines.append(f"  {first.name}")
        lines += [
            f"    {person.username:<16} {person.full_name:<22} {_role(person.role)}"
            for person in first.people
        ]
    return lines

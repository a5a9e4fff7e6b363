"""Prints `docs/flows.md` and `docs/permissions.md` from the tables the program runs by, so that
they cannot say anything else than the program does: `make docs`."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from blueprints import labels
from blueprints.words.actions import ACTION_NAMES
from blueprints.words.roles import ROLE_NAMES
from blueprints.words.tags import tag_name
from domain.assignment_flow import ASSIGNMENT_FLOW, FITTING
from domain.change_flow import CHANGE_FLOW
from domain.copy_flow import COPY_FLOW
from domain.exchange_flow import PROGRESS, BusinessCode, TransportState
from domain.flow import Flow, Step
from domain.incoming_flow import INCOMING_FLOW
from domain.outgoing_flow import OUTGOING_FLOW
from domain.permissions import GRANTS, Grant, Relation
from domain.roles import LEADERS, STAFF, Role

HERE = Path(__file__).parent
FLOWS = (
    (OUTGOING_FLOW, "Outgoing documents (văn bản đi)"),
    (INCOMING_FLOW, "Incoming documents (văn bản đến)"),
    (ASSIGNMENT_FLOW, "Assignments (việc được giao)"),
    (COPY_FLOW, "Certified copies (sao y, sao lục, trích sao)"),
    (CHANGE_FLOW, "Changes to what was sent (thu hồi, lấy lại, cập nhật, thay thế)"),
)
RELATIONS = {
    Relation.AGENCY: "anything of the agency in which the person acts",
    Relation.DRAFTER: "the person drafted the document",
    Relation.UNIT: "the document was drafted in the person's unit",
    Relation.SIGNER: "the document names this appointment as its signer",
    Relation.DELEGATE: "the document names this appointment as its signer, by a delegation",
    Relation.PARTICIPANT: "the person took part: reviewed, returned, signed",
    Relation.ASSIGNED_UNIT: "the task is for the person's unit",
    Relation.ASSIGNEE: "the task is for the person",
    Relation.DIRECTOR: "the document was submitted to this leader",
    Relation.UNHEADED_UNIT: "the task is for a unit of the agency that has nobody at its head",
}
NEEDS = {
    "reason": "a reason",
    "pin": "the PIN",
    "digest": "the digest of the bytes shown",
    "issued_date": "the date of issue",
    "text": "the text of the directive",
    "person": "a person",
    "note": "a note",
    "result": "the result",
    "dispatch": "the recipient",
}
NOTE = "\n> Printed by `make docs` from `{source}`; do not edit by hand.\n"


def flows_page() -> str:
    """The text of docs/flows.md."""
    parts = ["# Flows", NOTE.format(source="domain/*_flow.py")]
    parts.append(
        "A step is one row of a table. The same rows draw the buttons, decide what may happen and "
        "generate the tests of every forbidden pair. A step of the system has no button: a job "
        "does it. Who stands how to a document is explained in [permissions.md](permissions.md).\n"
    )
    for flow, title in FLOWS:
        parts += [f"## {title}\n", _diagram(flow), _steps(flow)]
    parts += [_kinds(), _exchange()]
    return "\n".join(parts)


def _diagram(flow: Flow) -> str:
    lines = ["```mermaid", "stateDiagram-v2"]
    states = {state for step in flow.steps for state in (*step.frm, step.to)}
    lines += [
        f"    {s}: {labels.label(s, flow.name)}" for s in type(next(iter(states))) if s in states
    ]
    lines.append(f"    [*] --> {_first(flow)}")
    for step in flow.steps:
        lines += [f"    {state} --> {step.to}: {step.action}" for state in _in_order(step)]
    return "\n".join([*lines, "```\n"])


def _first(flow: Flow) -> str:
    return next(iter(type(flow.steps[0].to)))


def _in_order(step: Step) -> list[str]:
    return [state for state in type(step.to) if state in step.frm]


def _steps(flow: Flow) -> str:
    rows = ["| step | in words | from | to | who | needs |", "|---|---|---|---|---|---|"]
    for step in flow.steps:
        states = ", ".join(f"`{state}`" for state in _in_order(step))
        needs = ", ".join(NEEDS[need] for need in sorted(step.needs))
        words = tag_name(flow.permission(step))
        who = _who(flow, step)
        rows.append(f"| `{step.action}` | {words} | {states} | `{step.to}` | {who} | {needs} |")
    return "\n".join([*rows, ""])


def _who(flow: Flow, step: Step) -> str:
    if step.by_system:
        return "the system"
    grants = [grant for grant in GRANTS if grant.action == flow.permission(step)]
    return "; ".join(f"{_roles(grant)} ({grant.relation})" for grant in grants)


def _roles(grant: Grant) -> str:
    if grant.roles == STAFF:
        return "anyone on the staff"
    if grant.roles == LEADERS:
        return "leader, deputy leader"
    return ", ".join(role.replace("_", " ") for role in Role if role in grant.roles)


def _kinds() -> str:
    rows = ["Which steps fit which kind of assignment:\n", "| kind | in words | steps |"]
    rows.append("|---|---|---|")
    for kind, actions in FITTING.items():
        steps = ", ".join(f"`{action}`" for action in sorted(actions))
        rows.append(f"| `{kind}` | {labels.label(kind, 'assignment_kind')} | {steps} |")
    return "\n".join([*rows, ""])


def _exchange() -> str:
    forward = " → ".join(str(code) for code in PROGRESS)
    rows = [
        "## Exchange: two layers, per recipient\n",
        "Transport says whether the package moved, business what the recipient did with the "
        "document. They are never mixed, and each recipient has both.\n",
        "| transport state | in words |",
        "|---|---|",
        *_worded(TransportState, "transport"),
        "",
        "| business code | in words |",
        "|---|---|",
        *_worded(BusinessCode, "business"),
        "",
        f"Business codes go forward only: {forward}. Statuses may come doubled, skipped or out of "
        "order; a late one changes nothing. `02` is final. `13`, `15` and `16` are about taking a "
        "document back and do not touch its progress (`merge` in `domain/exchange_flow.py`).\n",
    ]
    return "\n".join(rows)


def _worded(kinds: Iterable[str], table: str) -> list[str]:
    return [f"| `{kind}` | {labels.label(kind, table)} |" for kind in kinds]


def permissions_page() -> str:
    """The text of docs/permissions.md."""
    parts = ["# Permissions", NOTE.format(source="domain/permissions.py")]
    parts.append(
        "A grant is action × role × relation: a person may do the action in that role to a thing "
        "they stand to in that way. No grant, no action. Nothing of another agency has any "
        "relation to a person, so it does not exist for them (404, not 403).\n"
    )
    parts += ["| relation | what it means |", "|---|---|"]
    parts += [f"| `{relation}` | {RELATIONS[relation]} |" for relation in Relation]
    parts += ["", "| role | in words |", "|---|---|"]
    parts += [f"| `{role}` | {ROLE_NAMES[role]} |" for role in Role]
    for subject, actions in groupby(_actions(), key=lambda action: action.partition(":")[0]):
        parts += ["", f"## {subject}\n", *_matrix(list(actions))]
    return "\n".join([*parts, ""])


def _actions() -> list[str]:
    """Every action once, subject by subject, in the order of the table."""
    seen = list(dict.fromkeys(grant.action for grant in GRANTS))
    subjects = list(dict.fromkeys(action.partition(":")[0] for action in seen))
    return sorted(seen, key=lambda action: subjects.index(action.partition(":")[0]))


def _matrix(actions: list[str]) -> list[str]:
    roles = [role for role in Role if any(_relations(action, role) for action in actions)]
    head = " | ".join(role.replace("_", " ") for role in roles)
    rows = [f"| action | in words | {head} |", "|---|---|" + "---|" * len(roles)]
    for action in actions:
        cells = " | ".join(_relations(action, role) for role in roles)
        rows.append(f"| `{action}` | {ACTION_NAMES.get(action, '')} | {cells} |")
    return rows


def _relations(action: str, role: Role) -> str:
    found = [g.relation for g in GRANTS if g.action == action and role in g.roles]
    return ", ".join(relation for relation in Relation if relation in found)


PAGES = {"flows.md": flows_page, "permissions.md": permissions_page}


def main() -> None:
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

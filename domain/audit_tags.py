"""Tags of the audit chain. Grammar `subject:action`; each flow step has the tag of its name."""

from domain.assignment_flow import ASSIGNMENT_FLOW
from domain.change_flow import CHANGE_FLOW
from domain.incoming_flow import INCOMING_FLOW
from domain.outgoing_flow import OUTGOING_FLOW

FLOW_TAGS = frozenset(
    f"{flow.name}:{action}"
    for flow in (OUTGOING_FLOW, INCOMING_FLOW, ASSIGNMENT_FLOW, CHANGE_FLOW)
    for action in flow.actions
)
OTHER_TAGS = frozenset(
    {
        "account:login",
        "account:login_refused",
        "account:logout",
        "account:session_end",
        "account:password_change",
        "account:profile_edit",
        "account:appointment_switch",
        "admin:person_create",
        "admin:person_edit",
        "admin:person_deactivate",
        "admin:person_activate",
        "admin:person_unlock",
        "admin:password_reset",
        "admin:sessions_end",
        "admin:appointment_create",
        "admin:appointment_end",
        "admin:agency_create",
        "admin:agency_edit",
        "admin:unit_create",
        "admin:unit_edit",
        "admin:hub_link",
        "admin:audit_verify",
        "admin:head_contradicts",
        "admin:certificate_bind",
        "admin:certificate_revoke",
        "admin:trust_root_add",
        "change:asked",
        "change:came",
        "document:view_file",
        "outgoing:create",
        "outgoing:places",
        "incoming:arrive",
        "incoming:create",
        "incoming:inspected",
        "recipient_group:create",
        "recipient_group:edit",
        "recipient_group:delete",
        "register:number",
        "signing:pin_changed",
        "signing:pin_refused",
        "signing:pin_locked",
        "signing:failed",
        "exchange:sent",
        "exchange:delivered",
        "exchange:failed",
        "exchange:cancelled",
        "exchange:parked",
        "exchange:resumed",
        "exchange:seen",
        "exchange:status_in",
        "exchange:recipient_refused",
        "exchange:status_out",
        "exchange:refused",
        "exchange:hub_resting",
        "exchange:reconciled",
        "exchange:hub_back",
        "exchange:receipt_key",
        "exchange:receipt_wrong",
        "hub:accept",
        "hub:refuse",
        "hub:fetch",
        "hub:acknowledge",
        "hub:directory_edit",
        "hub:account_create",
        "hub:account_lock",
        "hub:secret_rotate",
        "hub:head_contradicts",
        "hub:site_add",
        "hub:site_edit",
        "hub:site_remove",
        "hub:site_clear",
        "hub:receipt_wrong",
    }
)
AUDIT_TAGS = FLOW_TAGS | OTHER_TAGS

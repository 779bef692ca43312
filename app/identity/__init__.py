"""People, investor accounts and who acts for them, roles, sign-in links and sessions."""

from app.identity.access_models import (
    LinkKind,
    LoginSession,
    RequestCount,
    SessionKind,
    SignInLink,
    SignInRequest,
)
from app.identity.models import (
    APPROVERS,
    Account,
    AccountType,
    Authority,
    Person,
    Role,
    Scope,
    StaffPassword,
    StaffRole,
)

__all__ = [
    "APPROVERS",
    "Account",
    "AccountType",
    "Authority",
    "LinkKind",
    "LoginSession",
    "Person",
    "RequestCount",
    "Role",
    "Scope",
    "SessionKind",
    "SignInLink",
    "SignInRequest",
    "StaffPassword",
    "StaffRole",
]

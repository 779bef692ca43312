"""People, investor accounts and who acts for them, roles, sign-in links and sessions."""

from app.identity.access_models import (
    LinkKind,
    LoginSession,
    RequestCount,
    SessionKind,
    SignInLink,
    SignInRequest,
)
from app.identity.limits import TooManyRequests, forget_old_counts
from app.identity.links import Keys, Secrets, derive, keys_from
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
from app.identity.passwords import BadPassword, hash_password
from app.identity.queries import (
    find_link,
    find_person_by_email,
    get_person,
    list_authorities,
    list_people_with_role,
    list_sessions,
    list_staff,
    normal_email,
    secrets_of,
    session_of,
)

__all__ = [
    "APPROVERS",
    "Account",
    "AccountType",
    "Authority",
    "BadPassword",
    "Keys",
    "LinkKind",
    "LoginSession",
    "Person",
    "RequestCount",
    "Role",
    "Scope",
    "Secrets",
    "SessionKind",
    "SignInLink",
    "SignInRequest",
    "StaffPassword",
    "StaffRole",
    "TooManyRequests",
    "derive",
    "find_link",
    "find_person_by_email",
    "forget_old_counts",
    "get_person",
    "hash_password",
    "keys_from",
    "list_authorities",
    "list_people_with_role",
    "list_sessions",
    "list_staff",
    "normal_email",
    "secrets_of",
    "session_of",
]

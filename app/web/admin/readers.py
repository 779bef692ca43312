"""Who may read the admin pages: those who act there, their deputies, and auditors, who act on none."""

from app.identity import Role
from app.web.access import requires

readers = requires(Role.ADMIN, Role.MANAGEMENT, Role.LEGAL, Role.AUDITOR, deputies=True)

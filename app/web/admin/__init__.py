"""Pages of the admin area; the factory registers `blueprints`."""

from app.web.admin import (
    affected,
    containment,
    data,
    deciding,
    erasures,
    first_notice,
    incidents,
    jobs,
    log,
    log_checks,
    money,
    people,
    publishing,
    reached,
    settings,
    signing,
)

blueprints = [
    incidents.bp,
    data.bp,
    containment.bp,
    first_notice.bp,
    affected.bp,
    deciding.bp,
    signing.bp,
    publishing.bp,
    reached.bp,
    money.bp,
    jobs.bp,
    log.bp,
    log_checks.bp,
    erasures.bp,
    people.bp,
    settings.bp,
]

"""Pages of the admin area; the factory registers `blueprints`."""

from app.web.admin import (
    affected,
    containment,
    data,
    deciding,
    first_notice,
    incidents,
    jobs,
    log,
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
    people.bp,
    settings.bp,
]

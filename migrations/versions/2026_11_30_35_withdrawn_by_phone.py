"""Let a dispute be taken back by phone as well: one phone answer for each kind about one dispute."""

import sqlalchemy as sa
from alembic import op

revision = "35_withdrawn_by_phone"
down_revision = "34_phone_answers"
branch_labels = None
depends_on = None

ANSWERS_ONE_THING = (
    "(kind = 'read') = (acknowledgment_id IS NOT NULL)"
    " AND (kind IN ('take', 'leave', 'talk')) = (election_id IS NOT NULL)"
    " AND ({}) = (dispute_id IS NOT NULL)"
)


def upgrade() -> None:
    _bind("kind IN ('dispute', 'withdraw')", unique=["dispute_id", "kind"], instead_of="dispute_id")


def downgrade() -> None:
    answers = sa.table("phone_answers", sa.column("kind", sa.String))
    op.execute(sa.delete(answers).where(answers.c.kind == "withdraw"))
    _bind("kind = 'dispute'", unique=["dispute_id"], instead_of="dispute_id_kind")


def _bind(about_a_dispute: str, *, unique: list[str], instead_of: str) -> None:
    with op.batch_alter_table("phone_answers") as batch:
        batch.drop_constraint(f"uq_phone_answers_{instead_of}", type_="unique")
        batch.create_unique_constraint(f"uq_phone_answers_{'_'.join(unique)}", unique)
        batch.drop_constraint(op.f("ck_phone_answers_answers_one_thing"), type_="check")
        batch.create_check_constraint(
            op.f("ck_phone_answers_answers_one_thing"), ANSWERS_ONE_THING.format(about_a_dispute)
        )

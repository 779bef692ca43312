"""Keep replays and what runs shared by."""

import sqlalchemy as sa
from alembic import op

revision = "12_replay"
down_revision = "11_imports"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("runs", sa.Column("basis_kind", sa.String(40), nullable=False, server_default="frozen"))
    op.add_column("run_shares", sa.Column("basis", sa.Text, nullable=False, server_default=""))
    op.execute("UPDATE run_shares SET basis = (SELECT basis FROM requests WHERE requests.id = run_shares.request_id)")
    op.add_column("incidents", sa.Column("binding", sa.String(40), nullable=False, server_default="frozen"))
    op.add_column("incidents", sa.Column("binding_reason", sa.Text, nullable=False, server_default=""))
    # As SQL, since SQLite adds a constraint only together with its column.
    op.execute(
        "ALTER TABLE incidents ADD COLUMN binding_by_id INTEGER"
        " CONSTRAINT fk_incidents_binding_by_id REFERENCES people (id)"
    )
    op.add_column("incidents", sa.Column("binding_at", MOMENT, nullable=True))
    _create_replays()
    _create_replay_deals()
    _create_replay_shares()
    _create_evidence()


def _create_replays() -> None:
    op.create_table(
        "replays",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("incident_id", sa.Integer, nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("release_id", sa.Integer, nullable=False),
        sa.Column("since_on", sa.Date, nullable=False),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.Column("made_by_id", sa.Integer, nullable=True),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (digest IS NULL)", name=op.f("ck_replays_finished_with_digest")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_replays_incident_id")),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_replays_release_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["people.id"], name=op.f("fk_replays_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replays")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_replays_pseudonym")),
    )
    op.create_index(op.f("ix_replays_incident_id"), "replays", ["incident_id"])


def _create_replay_deals() -> None:
    counts = ("over", "under", "knock_on", "unaffected", "not_checkable")
    sums = ("over", "under", "knock_up", "knock_down", "frozen_change", "recomputed_change")
    op.create_table(
        "replay_deals",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("replay_id", sa.Integer, nullable=False),
        sa.Column("deal_id", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("ran", sa.String(40), nullable=False),
        sa.Column("obstacle", sa.Text, nullable=True),
        sa.Column("inputs", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(64), nullable=False),
        sa.Column("frozen_rate", sa.Text, nullable=True),
        sa.Column("recomputed_rate", sa.Text, nullable=True),
        *(sa.Column(name, sa.Integer, nullable=False) for name in counts),
        *(sa.Column(f"{name}_cents", sa.BigInteger, nullable=False) for name in sums),
        sa.ForeignKeyConstraint(["replay_id"], ["replays.id"], name=op.f("fk_replay_deals_replay_id")),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_replay_deals_deal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay_deals")),
        sa.UniqueConstraint("replay_id", "deal_id", name=op.f("uq_replay_deals_replay_id_deal_id")),
    )


def _create_replay_shares() -> None:
    op.create_table(
        "replay_shares",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("replay_id", sa.Integer, nullable=False),
        sa.Column("replay_deal_id", sa.Integer, nullable=False),
        sa.Column("request_id", sa.Integer, nullable=False),
        sa.Column("recorded_cents", sa.BigInteger, nullable=False),
        sa.Column("frozen_cents", sa.BigInteger, nullable=True),
        sa.Column("recomputed_cents", sa.BigInteger, nullable=True),
        sa.Column("basis", sa.Text, nullable=True),
        sa.Column("bucket", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text, nullable=True),
        sa.ForeignKeyConstraint(["replay_id"], ["replays.id"], name=op.f("fk_replay_shares_replay_id")),
        sa.ForeignKeyConstraint(
            ["replay_deal_id"], ["replay_deals.id"], name=op.f("fk_replay_shares_replay_deal_id")
        ),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_replay_shares_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay_shares")),
        sa.UniqueConstraint("replay_id", "request_id", name=op.f("uq_replay_shares_replay_id_request_id")),
    )
    op.create_index("ix_replay_shares_replay_id_bucket_id", "replay_shares", ["replay_id", "bucket", "id"])
    op.create_index("ix_replay_shares_replay_deal_id", "replay_shares", ["replay_deal_id"])
    op.create_index(op.f("ix_replay_shares_request_id"), "replay_shares", ["request_id"])


def _create_evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("incident_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("added_by_id", sa.Integer, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_evidence_incident_id")),
        sa.ForeignKeyConstraint(["added_by_id"], ["people.id"], name=op.f("fk_evidence_added_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("incident_id", "sha256", name=op.f("uq_evidence_incident_id_sha256")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_evidence_pseudonym")),
    )


def downgrade() -> None:
    for table in ("evidence", "replay_shares", "replay_deals", "replays"):
        op.drop_table(table)
    for column in ("binding_at", "binding_by_id", "binding_reason", "binding"):
        op.drop_column("incidents", column)
    op.drop_column("run_shares", "basis")
    op.drop_column("runs", "basis_kind")

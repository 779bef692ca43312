"""A run is kept with its shares and its certificate, and says what it reproduces and whom it puts right."""

from datetime import datetime
from fractions import Fraction

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import NoResultFound

from app import allocations
from app.allocations import BasisKind, Bucket, Run, RunShare, ShareGroup
from app.audit import AuditEvent
from app.core.db import session
from tests.allocations.builders import cents
from tests.allocations.rows import a_deal, a_demo_deal, an_admin


def corrected(rule: str = "pro-rata-1", deal_id: str = "orbit", *, at: datetime) -> Run:
    return allocations.run(deal=a_demo_deal(deal_id), rule=rule, by=an_admin(), at=at)


@pytest.mark.both_databases
@pytest.mark.usefixtures("tx")
def test_the_faulty_rule_reproduces_every_recorded_amount_and_fails_its_certificate(at: datetime) -> None:
    run = corrected("single-pass", at=at)
    session.expire_all()

    found = allocations.reproduces(run)

    assert (found.matching, found.total, found.is_complete) == (8, 8, True)
    assert run.certificate == "fails: request 7 got 7436620, which is not between 0 and the 4500000 requested"
    assert not run.is_certified


@pytest.mark.both_databases
@pytest.mark.usefixtures("tx")
def test_the_right_rule_says_who_is_over_who_is_under_and_who_is_unaffected(at: datetime) -> None:
    run = corrected(at=at)
    session.expire_all()

    found = allocations.differences(run)

    assert [difference.bucket for difference in found] == [
        Bucket.UNAFFECTED,
        Bucket.UNAFFECTED,
        Bucket.UNDER,
        Bucket.UNAFFECTED,
        Bucket.UNDER,
        Bucket.UNDER,
        Bucket.OVER,
        Bucket.UNAFFECTED,
    ]
    assert found[6].excess_cents == cents("29366.20")
    assert sum(difference.excess_cents for difference in found) == 0
    assert not allocations.reproduces(run).is_complete
    assert (run.is_certified, run.rate, run.level) == (True, Fraction(38, 11), None)


@pytest.mark.usefixtures("tx")
def test_a_share_carries_the_exact_sum_behind_it(at: datetime) -> None:
    run = corrected(at=at)

    grace, chen = run.shares[6], run.shares[2]

    assert (grace.is_capped, grace.by_the_rate) == (True, Fraction(2_400_000 * 38, 11))
    assert (chen.is_capped, chen.by_the_rate) == (False, Fraction(4_000_000 * 38, 11))
    assert chen.allocated_cents == cents("138181.82")


@pytest.mark.usefixtures("tx")
def test_a_stored_run_is_checked_again_from_its_rows(at: datetime) -> None:
    run = corrected(at=at)
    assert allocations.recheck(run) is None

    session.execute(update(RunShare).where(RunShare.id == run.shares[0].id).values(allocated_cents=1))
    session.expire_all()

    assert allocations.recheck(run) == "the shares sum to 47500001, not to 50000000"


@pytest.mark.usefixtures("tx")
def test_the_minimum_of_the_deal_is_part_of_the_run(at: datetime) -> None:
    deal = a_deal(30, [(30, "1/3", 10), (30, "1/3", 10), (30, "1/3", 10)], minimum=12)

    run = allocations.run(deal=deal, rule="pro-rata-1", by="shell:operator", at=at)

    assert [share.allocated_cents for share in run.shares] == [15, 15, 0]
    assert (run.shares[2].share_group, run.shares[2].left_as) == (ShareGroup.OUT, 1)
    assert run.shares[2].by_the_rate is None
    assert allocations.recheck(run) is None


@pytest.mark.usefixtures("tx")
def test_the_same_run_has_the_same_digest_and_another_rule_another(at: datetime) -> None:
    deal, admin = a_demo_deal(), an_admin()

    first, again, other = (
        allocations.run(deal=deal, rule=rule, by=admin, at=at) for rule in ("pro-rata-1", "pro-rata-1", "no-cap")
    )

    assert first.digest == again.digest != other.digest
    assert allocations.list_runs(deal) == [first, again, other]
    assert allocations.find_newest_run(deal, "pro-rata-1") == again
    assert allocations.find_newest_run(deal, "single-pass") is None
    assert allocations.get_run(first.pseudonym) == first


@pytest.mark.usefixtures("tx")
def test_a_run_is_written_into_the_log_with_its_digest(at: datetime) -> None:
    run = corrected(at=at)

    event = session.scalars(select(AuditEvent)).one()

    assert f'"subject":"{run.audit_name}"' in event.leaf.decode()
    assert {opening.part for opening in event.openings} == {"deal", "rule", "bases", "certificate", "digest", "rate"}


@pytest.mark.both_databases
@pytest.mark.usefixtures("tx")
def test_a_run_keeps_the_bases_it_shared_by_and_is_checked_by_them(at: datetime) -> None:
    deal = a_deal(30, [(30, "1", 15), (30, "1", 15)])

    run = allocations.run(
        deal=deal, rule="pro-rata-1", by="shell:operator", at=at, bases={deal.requests[0].id: Fraction(1, 2)}
    )
    session.expire_all()

    assert [(share.basis, share.allocated_cents) for share in run.shares] == [("0.5", 10), ("1", 20)]
    assert run.shares[0].by_the_rate == 10
    assert allocations.recheck(run) is None
    run.shares[0].basis = "1"
    assert allocations.recheck(run) is not None


@pytest.mark.usefixtures("tx")
def test_frozen_and_recomputed_runs_are_found_apart_and_have_their_own_digests(at: datetime) -> None:
    deal, admin = a_deal(30, [(30, "1", 15), (30, "1", 15)]), an_admin()

    frozen = allocations.run(deal=deal, rule="pro-rata-1", by=admin, at=at)
    alike = allocations.run(deal=deal, rule="pro-rata-1", by=admin, at=at, bases={})
    other = allocations.run(deal=deal, rule="pro-rata-1", by=admin, at=at, bases={deal.requests[0].id: Fraction(1, 2)})

    assert frozen.digest == alike.digest != other.digest
    assert allocations.find_newest_run(deal, "pro-rata-1") == frozen
    assert allocations.find_newest_run(deal, "pro-rata-1", basis_kind=BasisKind.RECOMPUTED) == other


@pytest.mark.usefixtures("tx")
def test_a_basis_of_another_deal_or_below_zero_is_refused(at: datetime) -> None:
    deal, other = a_deal(30, [(30, "1", 15)]), a_deal(30, [(30, "1", 15)])

    with pytest.raises(allocations.CannotRun, match="a request of another deal"):
        allocations.run(deal=deal, rule="pro-rata-1", by="shell:x", at=at, bases={other.requests[0].id: Fraction(1)})
    with pytest.raises(allocations.CannotRun, match="below zero"):
        allocations.run(deal=deal, rule="pro-rata-1", by="shell:x", at=at, bases={deal.requests[0].id: Fraction(-1)})


@pytest.mark.usefixtures("tx")
def test_a_run_nobody_made_is_not_found() -> None:
    with pytest.raises(NoResultFound):
        allocations.get_run("no-such-run")


@pytest.mark.usefixtures("tx")
@pytest.mark.parametrize(
    ("rule", "refusal"), [("pro-rata-9", allocations.UnknownRule), ("current-basis", allocations.CannotRun)]
)
def test_a_rule_that_cannot_share_is_refused_and_nothing_is_kept(
    rule: str, refusal: type[Exception], at: datetime
) -> None:
    deal = a_demo_deal()

    with pytest.raises(refusal):
        allocations.run(deal=deal, rule=rule, by=an_admin(), at=at)

    assert allocations.list_runs(deal) == []


@pytest.mark.usefixtures("tx")
def test_averages_of_today_can_be_run_to_reproduce_and_are_checked_against_the_frozen_ones(at: datetime) -> None:
    deal = a_deal(60, [(60, "10", 30), (60, "10", 10), (60, "20", 20)])
    deal.requests[0].basis_count = 1
    session.flush()

    run = allocations.run(deal=deal, rule="current-basis", by=an_admin(), at=at)

    assert [share.allocated_cents for share in run.shares] == [24, 12, 24]
    assert [share.basis for share in run.shares] == ["10", "10", "20"]
    fault = allocations.recheck(run)
    assert fault is not None
    assert run.certificate == f"fails: by the averages frozen at the deal, {fault}; by those of today it holds"


@pytest.mark.usefixtures("tx")
def test_the_averages_of_today_are_part_of_what_went_into_a_run(at: datetime) -> None:
    deal = a_deal(60, [(60, "10", 20), (60, "20", 40)])
    deal.requests[0].basis_count = 1
    session.flush()
    first = allocations.run(deal=deal, rule="current-basis", by=an_admin(), at=at)
    deal.requests[0].basis_count = 3
    session.flush()

    again = allocations.run(deal=deal, rule="current-basis", by=an_admin(), at=at)

    assert first.digest != again.digest

"""One content of every kind and variant, on the demo's figures."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from fractions import Fraction

from app.identity import AskedBy
from app.notices import (
    AccessChange,
    AccessChanged,
    AddressChanged,
    AllClear,
    BookingCancelled,
    BookingConfirmed,
    BookingMoved,
    CallLate,
    CallReminder,
    Confirm,
    Contact,
    Content,
    Correction,
    Coverage,
    EnteredDeal,
    FirstNotice,
    MissedCall,
    Named,
    Offer,
    Probe,
    Refund,
    Reminder,
    SignIn,
    Unchanged,
    Update,
)
from tests.notices.answer_contents import EVERY_ANSWER
from tests.notices.remedy_contents import EVERY_REMEDY

REFERENCE = "INC-2026-003"
MARK = "1284 3fQxVm0nUzGyd6DVQb3cbsRFcpB2f1iQzKJt2zGkYb8="
CONTACT = Contact("Maya Ortiz", "+1 212-555-0000", "weekdays 9 am to 5 pm New York time")
INVITE = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"

FIRST = FirstNotice(
    reference=REFERENCE,
    contact=CONTACT,
    record_mark=MARK,
    deals=(EnteredDeal("Tidewater Energy", date(2026, 11, 2)),),
    stopped_on=date(2026, 11, 18),
    has_run=False,
    promised_on=date(2026, 12, 4),
)
FIRST_TWO_ACCOUNTS = FirstNotice(
    reference=REFERENCE,
    contact=CONTACT,
    record_mark=MARK,
    deals=(
        EnteredDeal("Orbit Robotics", date(2024, 11, 15), "Elena Petrova"),
        EnteredDeal("Tidewater Energy", date(2026, 11, 2), "Petrova Family Trust"),
    ),
    stopped_on=date(2026, 11, 18),
    has_run=False,
    promised_on=date(2026, 12, 4),
)
UPDATE = Update(
    reference=REFERENCE,
    contact=CONTACT,
    record_mark=MARK,
    was_promised_on=date(2026, 12, 4),
    left_to_do="We still have to check the averages of two accounts.",
    promised_on=date(2026, 12, 18),
)
GRACE = Refund(
    deal_name="Orbit Robotics",
    recorded_cents=7436620,
    correct_cents=4500000,
    requested_cents=4500000,
    signed_on=date(2024, 11, 15),
    clause="4.2",
    interest_cents=421908,
    interest_rates=(Fraction(8, 100), Fraction(7, 100)),
    interest_days=744,
    share_before=Fraction(7436620, 50000000),
    share_after=Fraction(4500000, 50000000),
    has_mark=True,
)
REFUND = Correction(
    reference=REFERENCE,
    contact=CONTACT,
    record_mark=MARK,
    refunds=(GRACE,),
    look_by=date(2026, 12, 3),
    pay_by=date(2026, 12, 10),
    is_bridged=True,
    fixed_on=date(2026, 11, 18),
    coverage=Coverage(12, 12),
    years_to_find=2,
)
UNPAID = replace(REFUND, refunds=(replace(GRACE, collected_cents=0, interest_cents=0),), pay_by=None)
OFFER = Correction(
    reference=REFERENCE,
    contact=CONTACT,
    record_mark=MARK,
    offers=(Offer(deal_name="Tidewater Energy", recorded_cents=2506705, correct_cents=2930233),),
    unchanged=(Unchanged(deal_name="Orbit Robotics", correct_cents=1000000),),
    look_by=date(2026, 12, 3),
    due_by=date(2027, 1, 4),
    remind_on=date(2026, 12, 21),
    fixed_on=date(2026, 11, 18),
    coverage=Coverage(12, 14),
)
OFFER_TWO_ACCOUNTS = Correction(
    reference=REFERENCE,
    contact=CONTACT,
    record_mark=MARK,
    offers=(
        Offer(deal_name="Orbit Robotics", account_name="Elena Petrova", recorded_cents=9295775, correct_cents=10363636),
        Offer(
            deal_name="Tidewater Energy",
            account_name="Petrova Family Trust",
            recorded_cents=5550562,
            correct_cents=6488372,
        ),
    ),
    look_by=date(2026, 12, 3),
    due_by=date(2027, 1, 4),
    remind_on=date(2026, 12, 21),
    fixed_on=date(2026, 11, 18),
    years_to_find=2,
)
BOTH = Correction(
    reference=REFERENCE,
    contact=CONTACT,
    record_mark=MARK,
    refunds=(
        Refund(
            deal_name="Tidewater Energy",
            recorded_cents=5968286,
            correct_cents=4000000,
            requested_cents=4000000,
            signed_on=date(2026, 11, 2),
            clause="5.1",
            interest_cents=10570,
            interest_rates=(Fraction(7, 100),),
            interest_days=28,
            share_before=Fraction(5968286, 30000000),
            share_after=Fraction(4000000, 30000000),
        ),
    ),
    offers=(Offer(deal_name="Orbit Robotics", recorded_cents=3873239, correct_cents=4318182),),
    look_by=date(2026, 12, 3),
    pay_by=date(2026, 12, 10),
    due_by=date(2027, 1, 4),
    remind_on=date(2026, 12, 21),
    is_bridged=True,
    fixed_on=date(2026, 11, 18),
    years_to_find=2,
)
CLEAR = AllClear(
    reference=REFERENCE,
    contact=CONTACT,
    record_mark=MARK,
    unchanged=(
        Unchanged(deal_name="Orbit Robotics", correct_cents=2500000),
        Unchanged(deal_name="Tidewater Energy", correct_cents=2000000),
    ),
    fixed_on=date(2026, 11, 18),
    coverage=Coverage(12, 12),
)
REMINDER = Reminder(
    reference=REFERENCE,
    contact=CONTACT,
    record_mark=MARK,
    sent_on=date(2026, 12, 1),
    was_seen=False,
    has_refund=True,
    comes_anyway=True,
)
REMINDER_OF_BOTH = replace(REMINDER, choose_by=date(2027, 1, 4))
REMINDER_OF_AN_OFFER = replace(REMINDER_OF_BOTH, was_seen=True, has_refund=False, comes_anyway=False)
REMINDER_OF_A_DUTY = replace(REMINDER, has_refund=False, comes_anyway=False, obliged_by=date(2027, 1, 4))
REMINDER_OF_WHAT_IS_DUE = replace(
    REMINDER, was_seen=True, has_refund=False, comes_anyway=False, was_due_on=date(2027, 1, 4)
)
REMINDER_OF_A_PAYMENT = replace(REMINDER, has_refund=False)
ADDRESS_CHANGED = AddressChanged(
    changed_on=date(2026, 12, 1), asked_by=AskedBy.CALL, new_masked="h•••@new.example", pays_from=date(2026, 12, 8)
)
ACCESS_CHANGED = {
    f"access-changed-{change}": AccessChanged(
        change=change,
        changed_at=datetime(2026, 12, 1, 19, 30, tzinfo=UTC),
        zone="America/New_York",
        role="legal approver" if change in (AccessChange.ROLE_GIVEN, AccessChange.ROLE_TAKEN) else None,
    )
    for change in AccessChange
}
SIGN_IN = SignIn(minutes=10)
CONFIRM = Confirm(minutes=10)
NAMED = Named(account="Lindqvist Joint", named_by="Grace Lindqvist", answers=False, ends_on=date(2027, 6, 30))
CONFIRMED = BookingConfirmed(
    reference=REFERENCE,
    starts_at=datetime(2026, 12, 3, 19, 30, tzinfo=UTC),
    ends_at=datetime(2026, 12, 3, 20, 0, tzinfo=UTC),
    zone="America/Sao_Paulo",
    other_zone="America/New_York",
    agent_name="Maya Ortiz",
    invite=INVITE,
    page="/calls/5f0c",
    phone_end="0149",
    call_words="river lamp",
    cut_off_at=datetime(2026, 12, 3, 17, 30, tzinfo=UTC),
)
MOVED = BookingMoved(
    **{field.name: getattr(CONFIRMED, field.name) for field in fields(CONFIRMED)},
    was_at=datetime(2026, 12, 2, 14, 0, tzinfo=UTC),
)
CALL_REMINDER = CallReminder(
    **{field.name: getattr(CONFIRMED, field.name) for field in fields(CallReminder)},
)
CANCELLED = BookingCancelled(
    reference=REFERENCE,
    starts_at=datetime(2026, 12, 3, 19, 30, tzinfo=UTC),
    ends_at=datetime(2026, 12, 3, 20, 0, tzinfo=UTC),
    zone="America/Sao_Paulo",
    other_zone="America/Sao_Paulo",
    agent_name="Maya Ortiz",
    invite=INVITE.replace("VERSION", "METHOD:CANCEL\r\nVERSION"),
    page="/calls/5f0c",
    is_by_us=True,
    reason="Maya is ill today.",
)
LATE = CallLate(
    **{
        field.name: getattr(CONFIRMED, field.name)
        for field in fields(CallLate)
        if field.name not in ("zone", "minutes")
    },
    zone="America/New_York",
    minutes=15,
)
MISSED = MissedCall(
    reference=REFERENCE,
    tries=(datetime(2026, 12, 3, 19, 30, tzinfo=UTC), datetime(2026, 12, 3, 19, 40, tzinfo=UTC)),
    zone="America/New_York",
    phone_end="0199",
    contact=CONTACT,
)

EVERY: dict[str, Content] = {
    "first": FIRST,
    "first-two-accounts": FIRST_TWO_ACCOUNTS,
    "update": UPDATE,
    "correction-refund": REFUND,
    "correction-unpaid": UNPAID,
    "correction-offer": OFFER,
    "correction-offer-two-accounts": OFFER_TWO_ACCOUNTS,
    "correction-both": BOTH,
    "all-clear": CLEAR,
    "reminder": REMINDER,
    "reminder-both": REMINDER_OF_BOTH,
    "reminder-offer": REMINDER_OF_AN_OFFER,
    "reminder-duty": REMINDER_OF_A_DUTY,
    "reminder-still-due": REMINDER_OF_WHAT_IS_DUE,
    "reminder-payment": REMINDER_OF_A_PAYMENT,
    "address-changed": ADDRESS_CHANGED,
    "address-changed-letter": replace(ADDRESS_CHANGED, asked_by=AskedBy.LETTER),
    **ACCESS_CHANGED,
    "sign-in": SIGN_IN,
    "confirm": CONFIRM,
    "named": NAMED,
    "named-to-act": replace(NAMED, answers=True),
    "booking-confirmed": CONFIRMED,
    "booking-moved": MOVED,
    "booking-cancelled": CANCELLED,
    "call-reminder": CALL_REMINDER,
    "call-late": LATE,
    "missed-call": MISSED,
    "missed-call-two-days": replace(MISSED, tries=(datetime(2026, 12, 2, 19, 30, tzinfo=UTC), MISSED.tries[1])),
    "probe": Probe(),
    **EVERY_REMEDY,
    **EVERY_ANSWER,
}

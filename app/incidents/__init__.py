"""Incidents, cases and proposals, from suspicion to publication."""

from app.incidents import answering, books, closing, money, papers
from app.incidents.adding import CannotAddCase, add_case, list_addable
from app.incidents.altering import Alteration, find_alteration
from app.incidents.answers import NothingToRead, acknowledge, find_acknowledgment, find_receipt, get_acknowledgment
from app.incidents.asides import CannotRecord, list_legal_notes, list_parties, make_legal_note, record_party
from app.incidents.audience import Concerned, count_concerned, find_concerned, list_concerned
from app.incidents.balance import Balance, DealBalance, Totals, balance_of
from app.incidents.batches import list_waiting, publish_batch
from app.incidents.binding import CannotBind, bind
from app.incidents.coverage import Coverage, find_coverage, find_replay, signed_coverage
from app.incidents.deciding import CaseComparison, WhatIf, compare
from app.incidents.decisions import INTEREST_POLICY, Assumption, CaseDecision, Decision, IncompleteDecision, Threshold
from app.incidents.distributions import Distributions
from app.incidents.editing import (
    DisputeClock,
    change_cause,
    change_clock,
    change_contact,
    contact_point,
    dispute_clock,
)
from app.incidents.explaining import Explanation, list_explanations
from app.incidents.facts import list_adjustments
from app.incidents.findings import DealFinding, list_findings
from app.incidents.interest_due import worked_lines
from app.incidents.investigating import investigate
from app.incidents.knock_on import NewAverage, find_new_average
from app.incidents.leaving import list_sending, move_notice, rehearse_telling, release_held_back, send, send_batch
from app.incidents.making_due import count_written
from app.incidents.models import Case, Evidence, EvidenceKind, FirstNotice, Incident, Statement, StatementKind, Update
from app.incidents.nine_rows import Overview, Row, Standing, Topic
from app.incidents.offered import Offered, list_holders, list_offered, positions_of
from app.incidents.operations import CannotGoLive, CannotOpen, ContactPoint, ask_to_go_live, confirm_live, open_incident
from app.incidents.outcomes import Outcomes, replaced_by, tell_apart
from app.incidents.overview import get_overview, missing_signatures
from app.incidents.previews import Variant, list_first_notice_variants, list_variants
from app.incidents.proposal_models import Acknowledgment, Adjustment, Proposal, ProposalPart, Publication
from app.incidents.proposing import CannotPropose, KeyDates, draft, list_proposals, propose
from app.incidents.publishing import (
    CannotPublish,
    DryRun,
    dry_run,
    list_obstacles,
    move,
    rehearse,
    start,
)
from app.incidents.queries import (
    find_first_notice,
    find_incident,
    find_proposal,
    find_published,
    find_update,
    get_first_notice,
    get_incident,
    get_proposal,
    get_publication,
    get_told,
    get_update,
    list_incidents,
    list_public,
    list_told,
)
from app.incidents.reach import ReachCounts, Reached, count_reached, list_reached
from app.incidents.redline import find_redline
from app.incidents.remedies import Remedy, Waiver
from app.incidents.replay_report import ReplayReport, find_replay_report
from app.incidents.replaying import REPLAY, ask_for_replay, carry_out_replay, find_replay_job, replay_now
from app.incidents.resting import list_resting
from app.incidents.risks import Risk, assess
from app.incidents.rounds import rounds_without_names
from app.incidents.ruling import Ruling, RulingKind, find_ruling, list_resting_on, rule, withdraw_ruling
from app.incidents.sending import count_held_back, count_waiting
from app.incidents.signed_terms import read_terms
from app.incidents.signing import CannotApprove, approve, choose_capacity, list_signers, reject
from app.incidents.signing_models import Party
from app.incidents.stating import (
    CannotState,
    Exhibit,
    Proof,
    add_evidence,
    contain,
    contained_rules,
    hand_out_evidence,
    list_exhibits,
    list_statements,
    record_fix,
)
from app.incidents.summary import summarize
from app.incidents.telling import (
    CannotTell,
    approve_notice,
    may_decide,
    propose_first_notice,
    propose_update,
    reject_notice,
)
from app.incidents.unpaid import WHERE_DECLINABLE, WHERE_OBLIGED, Unpaid
from app.incidents.voiding import AtStake, CannotChange, find_at_stake, list_voidable
from app.incidents.worded import list_unworded
from app.incidents.workflow import LEAVING, IncidentState, NotAllowed, NoticeState, ProposalState, PublicationState

__all__ = [
    "INTEREST_POLICY",
    "LEAVING",
    "REPLAY",
    "WHERE_DECLINABLE",
    "WHERE_OBLIGED",
    "Acknowledgment",
    "Adjustment",
    "Alteration",
    "Assumption",
    "AtStake",
    "Balance",
    "CannotAddCase",
    "CannotApprove",
    "CannotBind",
    "CannotChange",
    "CannotGoLive",
    "CannotOpen",
    "CannotPropose",
    "CannotPublish",
    "CannotRecord",
    "CannotState",
    "CannotTell",
    "Case",
    "CaseComparison",
    "CaseDecision",
    "Concerned",
    "ContactPoint",
    "Coverage",
    "DealBalance",
    "DealFinding",
    "Decision",
    "DisputeClock",
    "Distributions",
    "DryRun",
    "Evidence",
    "EvidenceKind",
    "Exhibit",
    "Explanation",
    "FirstNotice",
    "Incident",
    "IncidentState",
    "IncompleteDecision",
    "KeyDates",
    "NewAverage",
    "NotAllowed",
    "NothingToRead",
    "NoticeState",
    "Offered",
    "Outcomes",
    "Overview",
    "Party",
    "Proof",
    "Proposal",
    "ProposalPart",
    "ProposalState",
    "Publication",
    "PublicationState",
    "ReachCounts",
    "Reached",
    "Remedy",
    "ReplayReport",
    "Risk",
    "Row",
    "Ruling",
    "RulingKind",
    "Standing",
    "Statement",
    "StatementKind",
    "Threshold",
    "Topic",
    "Totals",
    "Unpaid",
    "Update",
    "Variant",
    "Waiver",
    "WhatIf",
    "acknowledge",
    "add_case",
    "add_evidence",
    "answering",
    "approve",
    "approve_notice",
    "ask_for_replay",
    "ask_to_go_live",
    "assess",
    "balance_of",
    "bind",
    "books",
    "carry_out_replay",
    "change_cause",
    "change_clock",
    "change_contact",
    "choose_capacity",
    "closing",
    "compare",
    "confirm_live",
    "contact_point",
    "contain",
    "contained_rules",
    "count_concerned",
    "count_held_back",
    "count_reached",
    "count_waiting",
    "count_written",
    "dispute_clock",
    "draft",
    "dry_run",
    "find_acknowledgment",
    "find_alteration",
    "find_at_stake",
    "find_concerned",
    "find_coverage",
    "find_first_notice",
    "find_incident",
    "find_new_average",
    "find_proposal",
    "find_published",
    "find_receipt",
    "find_redline",
    "find_replay",
    "find_replay_job",
    "find_replay_report",
    "find_ruling",
    "find_update",
    "get_acknowledgment",
    "get_first_notice",
    "get_incident",
    "get_overview",
    "get_proposal",
    "get_publication",
    "get_told",
    "get_update",
    "hand_out_evidence",
    "investigate",
    "list_addable",
    "list_adjustments",
    "list_concerned",
    "list_exhibits",
    "list_explanations",
    "list_findings",
    "list_first_notice_variants",
    "list_holders",
    "list_incidents",
    "list_legal_notes",
    "list_obstacles",
    "list_offered",
    "list_parties",
    "list_proposals",
    "list_public",
    "list_reached",
    "list_resting",
    "list_resting_on",
    "list_sending",
    "list_signers",
    "list_statements",
    "list_told",
    "list_unworded",
    "list_variants",
    "list_voidable",
    "list_waiting",
    "make_legal_note",
    "may_decide",
    "missing_signatures",
    "money",
    "move",
    "move_notice",
    "open_incident",
    "papers",
    "positions_of",
    "propose",
    "propose_first_notice",
    "propose_update",
    "publish_batch",
    "read_terms",
    "record_fix",
    "record_party",
    "rehearse",
    "rehearse_telling",
    "reject",
    "reject_notice",
    "release_held_back",
    "replaced_by",
    "replay_now",
    "rounds_without_names",
    "rule",
    "send",
    "send_batch",
    "signed_coverage",
    "start",
    "summarize",
    "tell_apart",
    "withdraw_ruling",
    "worked_lines",
]

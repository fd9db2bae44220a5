"""What comes before the bid: plan, library, procedure and stage, questions, selections, framework agreements.

On SQLite columns are added in place: rebuilding `tender` would drop the triggers of its search index.
"""

from __future__ import annotations

import hashlib
import json

import sqlalchemy as sa
from alembic import op

from procurement.tender import search
from supervision.trail.guards import postgresql_table_guards, sqlite_table_guards

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('follow',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('tender_ref', sa.String(length=20), nullable=False),
    sa.Column('tag', sa.String(length=64), nullable=False),
    sa.Column('address_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('locale', sa.String(length=10), nullable=False),
    sa.Column('token_sha256', sa.String(length=64), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_index', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow')),
    sa.UniqueConstraint('tender_ref', 'tag', name=op.f('uq_follow_tender_ref_tag'))
    )
    with op.batch_alter_table('follow', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_follow_token_sha256'), ['token_sha256'], unique=False)

    op.create_table('budget_line',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('ref', sa.String(length=20), nullable=False),
    sa.Column('authority_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('funding', sa.String(length=200), nullable=False),
    sa.Column('amount', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('created_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['authority_id'], ['organisation.id'], name=op.f('fk_budget_line_authority_id_organisation')),
    sa.ForeignKeyConstraint(['created_by_id'], ['account.id'], name=op.f('fk_budget_line_created_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_budget_line')),
    sa.UniqueConstraint('authority_id', 'year', 'code', name=op.f('uq_budget_line_authority_id_year_code')),
    sa.UniqueConstraint('ref', name=op.f('uq_budget_line_ref'))
    )
    op.create_table('library_piece',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('ref', sa.String(length=20), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('authority_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('category', sa.String(length=10), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('is_current', sa.Boolean(), nullable=False),
    sa.Column('created_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['authority_id'], ['organisation.id'], name=op.f('fk_library_piece_authority_id_organisation')),
    sa.ForeignKeyConstraint(['created_by_id'], ['account.id'], name=op.f('fk_library_piece_created_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_library_piece')),
    sa.UniqueConstraint('ref', 'version', name=op.f('uq_library_piece_ref_version'))
    )
    with op.batch_alter_table('library_piece', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_library_piece_authority_id'), ['authority_id'], unique=False)

    op.create_table('intention_word',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('token', sa.String(length=60), nullable=False),
    sa.Column('notice_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_intention_word_notice_id_notice')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intention_word')),
    sa.UniqueConstraint('token', 'notice_id', name=op.f('uq_intention_word_token_notice_id'))
    )
    op.create_table('splitting_decision',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('authority_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('classification', sa.String(length=40), nullable=False),
    sa.Column('figures', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('decision', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['authority_id'], ['organisation.id'], name=op.f('fk_splitting_decision_authority_id_organisation')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['account.id'], name=op.f('fk_splitting_decision_decided_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_splitting_decision')),
    sa.UniqueConstraint('sha256', name=op.f('uq_splitting_decision_sha256'))
    )
    with op.batch_alter_table('splitting_decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_splitting_decision_authority_id'), ['authority_id'], unique=False)

    op.create_table('invitee',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('tender_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('origin', sa.String(length=20), nullable=False),
    sa.Column('salt', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_invitee_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['tender_id'], ['tender.id'], name=op.f('fk_invitee_tender_id_tender')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitee')),
    sa.UniqueConstraint('tender_id', 'organisation_id', name=op.f('uq_invitee_tender_id_organisation_id'))
    )
    with op.batch_alter_table('invitee', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invitee_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('lint_override',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('tender_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rule', sa.String(length=60), nullable=False),
    sa.Column('pointer', sa.String(length=200), nullable=False),
    sa.Column('passage', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_lint_override_account_id_account')),
    sa.ForeignKeyConstraint(['tender_id'], ['tender.id'], name=op.f('fk_lint_override_tender_id_tender')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lint_override')),
    sa.UniqueConstraint('tender_id', 'rule', 'pointer', 'passage', name=op.f('uq_lint_override_tender_id_rule_pointer_passage'))
    )
    op.create_table('amendment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('tender_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('base', sa.String(length=64), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('form', sa.Text(), nullable=False),
    sa.Column('files', sa.Text(), nullable=False),
    sa.Column('affects_bids', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('created_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('decided_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('notice_ref', sa.String(length=20), nullable=True),
    sa.ForeignKeyConstraint(['changed_by_id'], ['account.id'], name=op.f('fk_amendment_changed_by_id_account')),
    sa.ForeignKeyConstraint(['created_by_id'], ['account.id'], name=op.f('fk_amendment_created_by_id_account')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['account.id'], name=op.f('fk_amendment_decided_by_id_account')),
    sa.ForeignKeyConstraint(['tender_id'], ['tender.id'], name=op.f('fk_amendment_tender_id_tender')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_amendment'))
    )
    with op.batch_alter_table('amendment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_amendment_tender_id'), ['tender_id'], unique=False)

    op.create_table('plan_project',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('ref', sa.String(length=20), nullable=False),
    sa.Column('authority_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('budget_line_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('need', sa.Text(), nullable=False),
    sa.Column('category', sa.String(length=10), nullable=False),
    sa.Column('scheme', sa.String(length=20), nullable=False),
    sa.Column('classification', sa.String(length=40), nullable=False),
    sa.Column('quantity', sa.String(length=40), nullable=False),
    sa.Column('unit', sa.String(length=40), nullable=False),
    sa.Column('amount', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('procedure', sa.String(length=20), nullable=False),
    sa.Column('rule_set_id', sa.String(length=40), nullable=False),
    sa.Column('begins_on', sa.Date(), nullable=True),
    sa.Column('sme_reserve', sa.String(length=10), nullable=False),
    sa.Column('sme_share', sa.String(length=20), nullable=False),
    sa.Column('sme_small', sa.String(length=20), server_default='', nullable=False),
    sa.Column('sme_reason', sa.Text(), nullable=False),
    sa.Column('survey', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('intention_ref', sa.String(length=20), nullable=True),
    sa.Column('urgency', sa.Text(), nullable=False),
    sa.Column('created_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('approved_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['approved_by_id'], ['account.id'], name=op.f('fk_plan_project_approved_by_id_account')),
    sa.ForeignKeyConstraint(['authority_id'], ['organisation.id'], name=op.f('fk_plan_project_authority_id_organisation')),
    sa.ForeignKeyConstraint(['budget_line_id'], ['budget_line.id'], name=op.f('fk_plan_project_budget_line_id_budget_line')),
    sa.ForeignKeyConstraint(['created_by_id'], ['account.id'], name=op.f('fk_plan_project_created_by_id_account')),
    sa.ForeignKeyConstraint(['submitted_by_id'], ['account.id'], name=op.f('fk_plan_project_submitted_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_project')),
    sa.UniqueConstraint('ref', name=op.f('uq_plan_project_ref'))
    )
    with op.batch_alter_table('plan_project', schema=None) as batch_op:
        batch_op.create_index('ix_plan_project_authority_year', ['authority_id', 'year', 'classification'], unique=False)
        batch_op.create_index(batch_op.f('ix_plan_project_budget_line_id'), ['budget_line_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_plan_project_state'), ['state'], unique=False)

    op.create_table('question',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('ref', sa.String(length=20), nullable=False),
    sa.Column('tender_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('owner_tag', sa.String(length=64), nullable=False),
    sa.Column('owner_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entry_index', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('notice_ref', sa.String(length=20), nullable=True),
    sa.ForeignKeyConstraint(['tender_id'], ['tender.id'], name=op.f('fk_question_tender_id_tender')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question')),
    sa.UniqueConstraint('ref', name=op.f('uq_question_ref'))
    )
    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_owner_tag'), ['owner_tag'], unique=False)
        batch_op.create_index(batch_op.f('ix_question_tender_id'), ['tender_id'], unique=False)

    op.create_table('agreement',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('ref', sa.String(length=20), nullable=False),
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('authority_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('ways', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('notice_ref', sa.String(length=20), nullable=True),
    sa.Column('concluded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('summary_ref', sa.String(length=20), nullable=True),
    sa.ForeignKeyConstraint(['authority_id'], ['organisation.id'], name=op.f('fk_agreement_authority_id_organisation')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_agreement_lot_id_lot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement')),
    sa.UniqueConstraint('lot_id', name=op.f('uq_agreement_lot_id')),
    sa.UniqueConstraint('ref', name=op.f('uq_agreement_ref'))
    )
    with op.batch_alter_table('agreement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_agreement_authority_id'), ['authority_id'], unique=False)

    op.create_table('selection',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('ref', sa.String(length=20), nullable=False),
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('bids', sa.Text(), nullable=False),
    sa.Column('left_out', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('salt', sa.String(length=64), nullable=False),
    sa.Column('proposed_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision_reason', sa.Text(), nullable=False),
    sa.Column('notice_ref', sa.String(length=20), nullable=True),
    sa.ForeignKeyConstraint(['decided_by_id'], ['account.id'], name=op.f('fk_selection_decided_by_id_account')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_selection_lot_id_lot')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['account.id'], name=op.f('fk_selection_proposed_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_selection')),
    sa.UniqueConstraint('lot_id', name=op.f('uq_selection_lot_id')),
    sa.UniqueConstraint('ref', name=op.f('uq_selection_ref'))
    )
    op.create_table('agreement_member',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('agreement_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('bid_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('prices', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('end_reason', sa.Text(), nullable=False),
    sa.Column('end_notice_ref', sa.String(length=20), nullable=True),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreement.id'], name=op.f('fk_agreement_member_agreement_id_agreement')),
    sa.ForeignKeyConstraint(['bid_id'], ['bid.id'], name=op.f('fk_agreement_member_bid_id_bid')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_agreement_member_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement_member')),
    sa.UniqueConstraint('agreement_id', 'organisation_id', name=op.f('uq_agreement_member_agreement_id_organisation_id'))
    )
    with op.batch_alter_table('agreement_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_agreement_member_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('bid_confirmation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('bid_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('notice_sha256', sa.String(length=64), nullable=False),
    sa.Column('salt', sa.String(length=64), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entry_index', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['bid_id'], ['bid.id'], name=op.f('fk_bid_confirmation_bid_id_bid')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bid_confirmation')),
    sa.UniqueConstraint('bid_id', 'version', name=op.f('uq_bid_confirmation_bid_id_version')),
    sa.UniqueConstraint('entry_index', name=op.f('uq_bid_confirmation_entry_index'))
    )
    op.create_table('call_off',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('agreement_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('tender_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('way', sa.String(length=20), nullable=False),
    sa.Column('position', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=2000), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreement.id'], name=op.f('fk_call_off_agreement_id_agreement')),
    sa.ForeignKeyConstraint(['tender_id'], ['tender.id'], name=op.f('fk_call_off_tender_id_tender')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_off')),
    sa.UniqueConstraint('tender_id', name=op.f('uq_call_off_tender_id'))
    )
    with op.batch_alter_table('call_off', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_call_off_agreement_id'), ['agreement_id'], unique=False)

    with op.batch_alter_table('bid', schema=None) as batch_op:
        batch_op.add_column(sa.Column('version', sa.Integer(), server_default='1', nullable=False))

    with op.batch_alter_table('criterion', schema=None) as batch_op:
        batch_op.add_column(sa.Column('formula', sa.Text(), server_default='{}', nullable=False))
        batch_op.add_column(sa.Column('evidence', sa.Text(), server_default='[]', nullable=False))

    with op.batch_alter_table('opening', schema=None) as batch_op:
        batch_op.add_column(sa.Column('withheld', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('salt', sa.String(length=64), server_default='', nullable=False))
        batch_op.add_column(sa.Column('revealed_ref', sa.String(length=20), nullable=True))

    _refer('document', 'replaces_id', 'document')
    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kind', sa.String(length=20), server_default='attachment', nullable=False))
        batch_op.add_column(sa.Column('version', sa.Integer(), server_default='1', nullable=False))
        batch_op.add_column(sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('pages', sa.Integer(), nullable=True))

    _refer('tender', 'follows_id', 'tender')
    with op.batch_alter_table('tender', schema=None) as batch_op:
        batch_op.add_column(sa.Column('procedure', sa.String(length=20), server_default='open', nullable=False))
        batch_op.add_column(sa.Column('stage', sa.String(length=20), server_default='bids', nullable=False))
        batch_op.add_column(sa.Column('ground', sa.String(length=40), server_default='', nullable=False))
        batch_op.add_column(sa.Column('ground_reason', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('plan_ref', sa.String(length=20), server_default='', nullable=False))
        batch_op.add_column(sa.Column('policies', sa.Text(), server_default='{}', nullable=False))
        batch_op.add_column(sa.Column('terms', sa.Text(), server_default='{}', nullable=False))
        batch_op.add_column(sa.Column('version', sa.Integer(), server_default='1', nullable=False))
        batch_op.add_column(sa.Column('admits', sa.String(length=10), server_default='all', nullable=False))
        batch_op.create_index(batch_op.f('ix_tender_follows_id'), ['follows_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_tender_plan_ref'), ['plan_ref'], unique=False)
    _freeze_rule_sets()


def _freeze_rule_sets() -> None:
    """Keep each frozen rule set once, named by its digest, instead of once for each tender."""
    op.create_table('frozen_rule_set',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('demonstration', sa.Boolean(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_frozen_rule_set')),
    sa.UniqueConstraint('sha256', name=op.f('uq_frozen_rule_set_sha256'))
    )
    _refer('tender', 'frozen_id', 'frozen_rule_set')
    connection = op.get_bind()
    bodies = connection.execute(sa.text('SELECT DISTINCT rule_set FROM tender WHERE rule_set IS NOT NULL')).scalars()
    for body in list(bodies):
        sha256 = hashlib.sha256(body.encode()).hexdigest()
        connection.execute(
            sa.text('INSERT INTO frozen_rule_set (sha256, demonstration, body) VALUES (:sha256, :demonstration, :body)'),
            {'sha256': sha256, 'demonstration': json.loads(body)['demonstration'], 'body': body},
        )
        connection.execute(
            sa.text('UPDATE tender SET frozen_id = (SELECT id FROM frozen_rule_set WHERE sha256 = :sha256) '
                    'WHERE rule_set = :body'),
            {'sha256': sha256, 'body': body},
        )
    op.execute('ALTER TABLE tender DROP COLUMN rule_set')
    is_sqlite = connection.dialect.name == 'sqlite'
    for statement in (sqlite_table_guards if is_sqlite else postgresql_table_guards)('frozen_rule_set'):
        op.execute(statement)


def _refer(table: str, column: str, target: str) -> None:
    """Add a column that refers to another table; SQLite takes the reference only with the column itself."""
    if op.get_bind().dialect.name == 'sqlite':
        op.execute(f'ALTER TABLE {table} ADD COLUMN {column} INTEGER REFERENCES {target} (id)')
        return
    op.add_column(table, sa.Column(column, sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f(f'fk_{table}_{column}_{target}'), table, target, [column], ['id'])


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == 'sqlite'
    op.add_column('tender', sa.Column('rule_set', sa.Text(), nullable=True))
    op.execute('UPDATE tender SET rule_set = (SELECT body FROM frozen_rule_set WHERE id = frozen_id)')
    if is_sqlite:
        # Columns go by rebuilding the table, and the index that follows `tender` is made anew.
        for statement in search.drop_statements('sqlite'):
            op.execute(statement)
    with op.batch_alter_table('tender', schema=None) as batch_op:
        if not is_sqlite:
            batch_op.drop_constraint(batch_op.f('fk_tender_follows_id_tender'), type_='foreignkey')
            batch_op.drop_constraint(batch_op.f('fk_tender_frozen_id_frozen_rule_set'), type_='foreignkey')
        batch_op.drop_column('frozen_id')
        batch_op.drop_index(batch_op.f('ix_tender_plan_ref'))
        batch_op.drop_index(batch_op.f('ix_tender_follows_id'))
        batch_op.drop_column('admits')
        batch_op.drop_column('version')
        batch_op.drop_column('terms')
        batch_op.drop_column('policies')
        batch_op.drop_column('plan_ref')
        batch_op.drop_column('ground_reason')
        batch_op.drop_column('ground')
        batch_op.drop_column('follows_id')
        batch_op.drop_column('stage')
        batch_op.drop_column('procedure')

    with op.batch_alter_table('document', schema=None) as batch_op:
        if not is_sqlite:
            batch_op.drop_constraint(batch_op.f('fk_document_replaces_id_document'), type_='foreignkey')
        batch_op.drop_column('pages')
        batch_op.drop_column('ended_at')
        batch_op.drop_column('replaces_id')
        batch_op.drop_column('version')
        batch_op.drop_column('kind')

    with op.batch_alter_table('opening', schema=None) as batch_op:
        batch_op.drop_column('revealed_ref')
        batch_op.drop_column('salt')
        batch_op.drop_column('withheld')

    with op.batch_alter_table('criterion', schema=None) as batch_op:
        batch_op.drop_column('evidence')
        batch_op.drop_column('formula')

    with op.batch_alter_table('bid', schema=None) as batch_op:
        batch_op.drop_column('version')

    with op.batch_alter_table('call_off', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_call_off_agreement_id'))

    op.drop_table('call_off')
    op.drop_table('bid_confirmation')
    with op.batch_alter_table('agreement_member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_agreement_member_organisation_id'))

    op.drop_table('agreement_member')
    op.drop_table('selection')
    with op.batch_alter_table('agreement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_agreement_authority_id'))

    op.drop_table('agreement')
    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_tender_id'))
        batch_op.drop_index(batch_op.f('ix_question_owner_tag'))

    op.drop_table('question')
    with op.batch_alter_table('plan_project', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plan_project_state'))
        batch_op.drop_index(batch_op.f('ix_plan_project_budget_line_id'))
        batch_op.drop_index('ix_plan_project_authority_year')

    op.drop_table('plan_project')
    with op.batch_alter_table('amendment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_amendment_tender_id'))

    op.drop_table('amendment')
    op.drop_table('lint_override')
    with op.batch_alter_table('invitee', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invitee_organisation_id'))

    op.drop_table('invitee')
    with op.batch_alter_table('splitting_decision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_splitting_decision_authority_id'))

    op.drop_table('splitting_decision')
    op.drop_table('intention_word')
    with op.batch_alter_table('library_piece', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_library_piece_authority_id'))

    op.drop_table('library_piece')
    op.drop_table('budget_line')
    with op.batch_alter_table('follow', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_follow_token_sha256'))

    op.drop_table('follow')
    op.drop_table('frozen_rule_set')
    if is_sqlite:
        for statement in search.create_statements('sqlite'):
            op.execute(statement)
        op.execute("INSERT INTO tender_search(tender_search) VALUES ('rebuild')")

"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "registration_0001"
down_revision = None
branch_labels = ("registration",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "programme",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("period_start", sa.Date, nullable=False),
        sa.Column("period_end", sa.Date, nullable=False),
        sa.Column("fee_ore", sa.BigInteger, nullable=False),
        sa.Column("county_branch_fee_ore", sa.BigInteger),
        sa.Column("applications_from", sa.Date),
        sa.Column("applications_until", sa.Date),
        sa.Column("days_to_pay", sa.Integer, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
    )
    op.create_table(
        "party",
        sa.Column("organisation_number", sa.String(9), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("municipality_number", sa.String(4)),
        sa.Column("county", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("official_name", sa.Text),
        sa.Column("language_form", sa.String(10), nullable=False),
        sa.Column("street", sa.Text, nullable=False),
        sa.Column("postal_code", sa.String(4), nullable=False),
        sa.Column("city", sa.Text, nullable=False),
        sa.Column("takes_invoices_by", sa.String(10), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("scope", sa.String(9), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("phone", sa.String(30)),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.UniqueConstraint("scope", "email"),
    )
    op.create_table(
        "advisor",
        sa.Column("person", sa.String(36), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("changed_by", sa.String(80), nullable=False),
    )
    op.create_table(
        "application",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("programme", sa.String(40), sa.ForeignKey("programme.code"), nullable=False),
        sa.Column("party", sa.String(9), sa.ForeignKey("party.organisation_number"), nullable=False),
        sa.Column("answers", sa.JSON, nullable=False),
        sa.Column("contact_person", sa.String(36), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("payer_reference", sa.String(50), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.UniqueConstraint("programme", "party"),
    )
    op.create_table(
        "assessment",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("application", sa.String(36), sa.ForeignKey("application.id"), nullable=False, index=True),
        sa.Column("verdicts", sa.JSON, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
    )
    op.create_table(
        "party_group",
        sa.Column("programme", sa.String(40), sa.ForeignKey("programme.code"), primary_key=True),
        sa.Column("party", sa.String(9), sa.ForeignKey("party.organisation_number"), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("coordinator", sa.String(36)),
        sa.Column("advisor", sa.String(36), sa.ForeignKey("advisor.person")),
        sa.Column("changed_by", sa.String(80), nullable=False),
    )
    op.create_table(
        "participant",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("programme", sa.String(40), sa.ForeignKey("programme.code"), nullable=False),
        sa.Column("party", sa.String(9), sa.ForeignKey("party.organisation_number"), nullable=False),
        sa.Column("person", sa.String(36), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("represents_school_owner", sa.Boolean, nullable=False),
        sa.Column("has_left", sa.Boolean, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.UniqueConstraint("programme", "party", "person"),
    )
    op.create_table(
        "agreement",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("programme", sa.String(40), sa.ForeignKey("programme.code"), nullable=False),
        sa.Column("party", sa.String(9), sa.ForeignKey("party.organisation_number"), nullable=False),
        sa.Column("period_start", sa.Date, nullable=False),
        sa.Column("period_end", sa.Date, nullable=False),
        sa.Column("fee_ore", sa.BigInteger, nullable=False),
        sa.Column("payer_reference", sa.String(50), nullable=False),
        sa.Column("signed_on", sa.Date),
        sa.Column("ends_on", sa.Date),
        sa.Column("kind_of_end", sa.String(10)),
        sa.Column("end_note", sa.Text),
        sa.Column("ended_over", sa.String(36)),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.UniqueConstraint("programme", "party"),
    )
    op.create_table(
        "signatory",
        sa.Column("agreement", sa.String(36), sa.ForeignKey("agreement.id"), primary_key=True),
        sa.Column("role", sa.String(30), primary_key=True),
        sa.Column("person", sa.String(36), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("place", sa.Text),
        sa.Column("signed_on", sa.Date),
        sa.Column("changed_by", sa.String(80), nullable=False),
    )
    op.create_table(
        "concern",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("agreement", sa.String(36), sa.ForeignKey("agreement.id"), nullable=False, index=True),
        sa.Column("raised_by", sa.String(20), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("raised_on", sa.Date, nullable=False),
        sa.Column("is_resolved", sa.Boolean, nullable=False),
        sa.Column("resolution_note", sa.Text),
        sa.Column("changed_by", sa.String(80), nullable=False),
    )

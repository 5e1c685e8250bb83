"""On PostgreSQL a transaction sees the rows of the practice it names, and no others; one that names none sees nothing."""

import sqlalchemy as sa
from alembic import op

from clinic.postgresql import guarding

revision = '0035'
down_revision = '0034'

# The database's own answer to "whose is this key", for those who are not signed in yet. It reads for its owner and
# gives back nothing but the practice.
PRACTICE_OF_KEY = """
CREATE FUNCTION practice_of_key(way text, key text) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public
AS $$
DECLARE
  before text := current_setting('meanwhile.passage', true);
  found uuid;
BEGIN
  PERFORM set_config('meanwhile.passage', 'every', true);
  CASE way
    WHEN 'sign_in' THEN SELECT practice_id INTO found FROM public.sign_in WHERE token_hash = key;
    WHEN 'half_sign_in' THEN SELECT practice_id INTO found FROM public.half_sign_in WHERE token_hash = key;
    WHEN 'address' THEN SELECT practice_id INTO found FROM public.person WHERE sign_in_address = key;
    WHEN 'invitation' THEN SELECT practice_id INTO found FROM public.invitation WHERE token_hash = key;
    WHEN 'passkey' THEN SELECT practice_id INTO found FROM public.passkey WHERE credential_hash = key;
    WHEN 'calendar_feed' THEN SELECT practice_id INTO found FROM public.calendar_feed WHERE token_hash = key;
  END CASE;
  PERFORM set_config('meanwhile.passage', coalesce(before, ''), true);
  RETURN found;
END
$$
"""


def of_practices() -> list[tuple[str, str]]:
    """Every table whose rows belong to a practice, and the column that says to which."""
    found = sa.inspect(op.get_bind())
    tables = [(name, 'practice_id') for name in sorted(found.get_table_names())
              if any(column['name'] == 'practice_id' for column in found.get_columns(name))]
    return [('practice', 'id'), *tables]


def upgrade() -> None:
    if op.get_bind().dialect.name != 'postgresql':
        return
    for table, column in of_practices():
        for statement in guarding(table, column):
            op.execute(statement)
    op.execute(PRACTICE_OF_KEY)
    op.execute('REVOKE ALL ON FUNCTION practice_of_key(text, text) FROM PUBLIC')


def downgrade() -> None:
    if op.get_bind().dialect.name != 'postgresql':
        return
    op.execute('DROP FUNCTION practice_of_key(text, text)')
    for table, _ in of_practices():
        op.execute(f'DROP POLICY of_practice ON {table}')
        op.execute(f'ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE {table} DISABLE ROW LEVEL SECURITY')

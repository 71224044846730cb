import { namesIn } from './names.js';
import { quoteIdentifier } from './quoting.js';

/**
 * The least that each role needs: the application adds events and can neither read, change nor remove them; a relay reads
 * and removes them.
 *
 * @throws OutboxError `identifier-invalid`
 */
export function outboxGrantsSql(roles: { schema?: string; application: string; relay: string }): string {
  const names = namesIn(roles.schema);
  const application = quoteIdentifier(roles.application);
  const relay = quoteIdentifier(roles.relay);
  return `GRANT USAGE ON SCHEMA ${names.schema} TO ${application}, ${relay};
GRANT INSERT (stream, tenant, event) ON ${names.events} TO ${application};
GRANT SELECT, DELETE ON ${names.events} TO ${relay};
GRANT INSERT (stream, tenant, event) ON ${names.events} TO ${relay};
-- Locking a row needs the right to update it.
GRANT SELECT, UPDATE ON ${names.lanes} TO ${relay};
GRANT SELECT, INSERT, DELETE ON ${names.deadLetters} TO ${relay};
GRANT SELECT ON ${names.migrations} TO ${relay};
`;
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A session sees the rows of the tenant that its setting `log_comment` names; `*` stands for all, nothing for none. */
const ROW_POLICY = "tenant_id = getSetting('log_comment') OR getSetting('log_comment') = '*'";

/**
 * What the engine's only user may do: our own tables, and reading what the engine says of itself. No files, no network,
 * no other way out of the database. Temporary tables are what Arrow streams are read through.
 */
const GRANTS = [
  'GRANT SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, DROP TABLE, TRUNCATE, OPTIMIZE ON attestlog.*',
  'GRANT SELECT ON system.*',
  'GRANT CREATE TEMPORARY TABLE ON *.*',
];

const USERS = `<clickhouse>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <users>
    <default>
      <password></password>
      <networks><ip>::/0</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <grants>${GRANTS.map((grant) => `<query>${grant}</query>`).join('')}</grants>
      <databases><attestlog>
        <events><filter>${ROW_POLICY}</filter></events>
        <tree><filter>${ROW_POLICY}</filter></tree>
      </attestlog></databases>
    </default>
  </users>
</clickhouse>
`;

/**
 * Writes the configuration that sets these limits into the engine's folder, where it is not there yet, and gives the
 * argument that names it. The limits hold for whoever opens the folder through this adapter; the conditions on the
 * tenant in every query are the first line, and this is the second.
 */
export function engineConfiguration(path: string): string {
  mkdirSync(path, { recursive: true });
  const users = join(path, 'attestlog-users.xml');
  const engine = join(path, 'attestlog-engine.xml');
  keep(users, USERS);
  keep(engine, `<clickhouse><users_config>${escapeXml(users)}</users_config></clickhouse>\n`);
  return `--config-file=${engine}`;
}

/** On a full disk, a start must not fail for what is there already. */
function keep(file: string, text: string): void {
  if (textOf(file) !== text) writeFileSync(file, text);
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

import { PortFailure } from '../../ports/failure.js';
import type { Engine } from './engine.js';
import { RowBinaryReader } from './row-binary.js';

/** A table of the store, and the statement with which this version makes it. */
export interface DeclaredTable {
  /** Without its database. */
  readonly name: string;
  readonly create: string;
}

/** Made for a moment, so that the engine itself says what this version's table would look like. */
const SAMPLE = 'shape_of_this_version';

/**
 * Refuses tables that another version has made, before anything is written to them: what this one inserts or looks for
 * would not be there. Columns, indexes, projections and the order are compared, as the engine writes them; settings are
 * not. Tables that are not there yet are those of a first start.
 *
 * @param path the folder of the store, for the operator
 * @throws PortFailure `unavailable` that says what differs and what to do
 */
export async function requireShape(engine: Engine, tables: readonly DeclaredTable[], path: string): Promise<void> {
  await engine.write(`DROP TABLE IF EXISTS attestlog.${SAMPLE} SYNC`);
  for (const { name, create } of tables) {
    const found = await shapeOf(engine, name);
    if (found === undefined) continue;
    const expected = await sampleShape(engine, name, create);
    if (found !== expected) throw otherVersion(path, name, differences(found, expected));
  }
}

async function sampleShape(engine: Engine, name: string, create: string): Promise<string> {
  await engine.write(create.replace(`attestlog.${name}`, `attestlog.${SAMPLE}`));
  try {
    return (await shapeOf(engine, SAMPLE))!;
  } finally {
    await engine.write(`DROP TABLE IF EXISTS attestlog.${SAMPLE} SYNC`);
  }
}

/** What the engine says of a table behind its name, without its settings; undefined where there is none. */
async function shapeOf(engine: Engine, name: string): Promise<string | undefined> {
  const sql =
    "SELECT create_table_query FROM system.tables WHERE database = 'attestlog' AND name = {name:String} LIMIT 1";
  const rows = await engine.read(sql, { name });
  if (rows.length === 0) return undefined;
  const text = new RowBinaryReader(rows).text();
  return text.slice(text.indexOf('('), text.lastIndexOf(' SETTINGS '));
}

/** The parts that only one of them has, each with its name first: columns, `INDEX …`, `PROJECTION …`, the order. */
function differences(found: string, expected: string): string {
  const [here, wanted] = [partsOf(found), partsOf(expected)];
  const lacks = wanted.filter((part) => !here.includes(part)).map(nameOf);
  const surplus = here.filter((part) => !wanted.includes(part)).map(nameOf);
  const changed = lacks.filter((name) => surplus.includes(name));
  const said = [
    ['other', changed],
    ['missing', lacks.filter((name) => !changed.includes(name))],
    ['unknown', surplus.filter((name) => !changed.includes(name))],
  ] as const;
  return said.flatMap(([what, names]) => (names.length === 0 ? [] : [`${what}: ${names.join(', ')}`])).join('; ');
}

/** Cut at the commas and the spaces that stand in no parentheses but the first. */
function partsOf(shape: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 1;
  for (let at = 0; at < shape.length; at++) {
    if (shape[at] === '(') depth += 1;
    if (shape[at] === ')') depth -= 1;
    if ((shape[at] === ',' && depth === 1) || (shape[at] === ')' && depth === 0)) {
      parts.push(shape.slice(from, at).trim());
      from = at + 1;
      if (depth === 0) break;
    }
  }
  return [...parts, shape.slice(from).trim()];
}

function nameOf(part: string): string {
  if (part.startsWith('ENGINE')) return 'the order of the table';
  return part
    .replace(/^(?:INDEX|PROJECTION) /, '')
    .split(' ')[0]!
    .replaceAll('`', '');
}

function otherVersion(path: string, table: string, what: string): PortFailure {
  return new PortFailure(
    'unavailable',
    `The event store in ${path} was made by another version of Attestlog: its table ${table} is not as this version needs it (${what}). Nothing was changed. Start the version that made the folder; or set ATTESTLOG_DATA to a new folder, and keep this one as it is. There is no migration: what is in it is read, exported and proven with the version that made it.`,
  );
}

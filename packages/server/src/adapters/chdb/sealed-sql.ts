import { ENTRY_COLUMNS } from './entry-rows.js';
import { escapeLiteral } from './parameters.js';

/**
 * What concerns the sealed items beside the entries, as ClickHouse SQL. Their text is taken apart by its form
 * (`formatSealedItems`), not as JSON, so that what is not erased stays byte for byte as it was. The form leaves no doubt:
 * in a pointer every quotation mark is escaped, so `],"s":"` and `],"e":"` stand nowhere but behind the pointers of an item.
 */

/** Of each item: the text of its pointers, all that follows them, and where it is not erased, tag and generation. */
const ITEMS = itemsOf('sealed');

/** What each item is found by: the tag of its person, or if it is erased, the id of its erasure. */
export function tagsSql(sealed: string): string {
  return `extractAll(${sealed}, ${pattern(String.raw`\],"[se]":"([\w-]+)"`)})`;
}

/** The blind indexes of what is not erased. A field that cannot be found by its value has none. */
export function blindsSql(sealed: string): string {
  const lists = `extractAll(${sealed}, ${pattern(String.raw`,"b":\[([^\]]*)\],"v":"`)})`;
  return `extractAll(arrayStringConcat(${lists}, ','), ${pattern(String.raw`[\w-]{22}`)})`;
}

const IS_HIT =
  'arrayExists((tag, through) -> tag = x[3] AND toUInt64OrZero(x[4]) <= through, {tags:Array(String)}, {throughs:Array(UInt64)})';
const ERASED_ITEM = `concat('{"f":[', x[1], '],', if(${IS_HIT}, concat('"e":"', {erasure:String}, '"'), x[2]), '}')`;

/** The text of the items after an erasure: what `eraseItems` gives. */
export const ERASED = `concat('[', arrayStringConcat(arrayMap(x -> ${ERASED_ITEM}, ${ITEMS}), ','), ']')`;

const HAS_TAG = 'tenant_id = {tenant:String} AND hasAny(sealed_tags, {tags:Array(String)})';

/** Whether there is anything to erase. A part that was rewritten is on the disk before it is seen. */
export const ITEMS_TO_ERASE = `SELECT toUInt64(1) FROM attestlog.events
WHERE ${HAS_TAG} AND arrayExists(x -> ${IS_HIT}, ${ITEMS})
LIMIT 1`;

/**
 * Rewrites the parts that hold items of these tags. With `mutations_sync` it returns when they are rewritten, and
 * rewritten parts are synced like merged ones (`min_rows_to_fsync_after_merge` in tables.ts). The parts before go after
 * their `old_parts_lifetime`. No partition is named: the engine waits for all of them anyway.
 */
export const ERASE_SEALED = `ALTER TABLE attestlog.events
UPDATE sealed = ${ERASED},
    sealed_tags = ${tagsSql(ERASED)},
    sealed_blind = ${blindsSql(ERASED)}
WHERE ${HAS_TAG}
SETTINGS mutations_sync = 2`;

const IS_STUB = `x[2] = concat('"e":"', {erasure:String}, '"')`;
const POINTERS = `length(extractAll(x[1], ${pattern(String.raw`"(?:[^"\\]|\\.)*"`)}))`;

export const COUNT_ERASED = `SELECT count(), sum(arraySum(x -> if(${IS_STUB}, ${POINTERS}, 0), ${ITEMS}))
FROM attestlog.events
WHERE tenant_id = {tenant:String} AND has(sealed_tags, {erasure:String})`;

/** Each way to be a person's has an index of its own. */
export const ENTRIES_OF = `SELECT ${ENTRY_COLUMNS} FROM attestlog.events
WHERE tenant_id = {tenant:String} AND leaf_index >= {from:UInt64} AND position < {before:UInt64}
    AND (actor_id IN {subjects:Array(String)} OR on_behalf_of_id IN {subjects:Array(String)}
        OR hasAny(sealed_tags, {tags:Array(String)}))
ORDER BY leaf_index LIMIT {limit:UInt32}`;

function itemsOf(sealed: string): string {
  const live = String.raw`"s":"([\w-]{22})","k":(\d+),"b":\[[^\]]*\],"v":"[\w-]*"`;
  const erased = String.raw`"e":"[\w-]*"`;
  return `extractAllGroupsVertical(${sealed}, ${pattern(String.raw`\{"f":\[(.*?)\],(${live}|${erased})\}`)})`;
}

/** A regular expression of ours as an SQL literal. */
function pattern(source: string): string {
  return `'${escapeLiteral(source)}'`;
}

/**
 * The tables, as ClickHouse SQL. Facts and figures behind the choices: docs/decisions/0002, 0003 and 0010.
 *
 * Events are partitioned by the month in which they were received, not that of their own time: an insert then touches
 * one partition whatever times its clients wrote, and old logs can be imported. Pages by time are served by the order.
 */

import { keptCounts, projectionSql } from './kept-counts.js';
import { numbersOfMembersSql, numericMembersSql } from './metadata-sql.js';
import { blindsSql, tagsSql } from './sealed-sql.js';
import { WORDS_OF_ENTRY, WORDS_OF_MESSAGE } from './word-indexes.js';

/** What it takes for an acknowledged row to survive a power cut, also across merges; and a repeated insert a no-op. */
const DURABILITY = [
  'fsync_after_insert = 1',
  'fsync_part_directory = 1',
  'min_rows_to_fsync_after_merge = 1',
  'old_parts_lifetime = 60',
  'non_replicated_deduplication_window = 10000',
  // A damaged part stops the table from loading instead of being put aside in silence.
  'max_suspicious_broken_parts = 0',
  'max_suspicious_broken_parts_bytes = 0',
];

/**
 * To read one entry is to unpack its block of rows, so blocks are small. To look into an index costs something for each
 * block that it tells of: those for look-ups tell of two. Where such an index is one side of an OR, the engine leaves out
 * only every other block, so those that stand in one tell of one.
 */
const LAYOUT = ['index_granularity = 512', 'min_bytes_for_wide_part = 134217728'];

/** Of columns that look-ups read here and there: what is unpacked for one block of rows is little more than the block. */
const SCATTERED = 'SETTINGS (min_compress_block_size = 8192, max_compress_block_size = 16384)';

/**
 * An index that tells of 128 blocks of rows. The engine asks wide indexes first, and of the next one only what is left:
 * what is in few places is found by looking into a few hundred filters in the place of tens of thousands. One in twenty
 * tells of what is not there, which costs looking into 128 more.
 */
const FAR = 'bloom_filter(0.05) GRANULARITY 128';

const settings = [...LAYOUT, ...DURABILITY].join(', ');

export const CREATE_DATABASE = 'CREATE DATABASE IF NOT EXISTS attestlog';

export const CREATE_EVENTS = `
CREATE TABLE IF NOT EXISTS attestlog.events
(
    tenant_id String CODEC(ZSTD(1)),
    leaf_index UInt64 CODEC(Delta, ZSTD(1)),
    position UInt64 CODEC(Delta, ZSTD(1)),
    entry String CODEC(ZSTD(1)),
    id String CODEC(ZSTD(1)) ${SCATTERED},
    time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    received_at DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    action LowCardinality(String) CODEC(ZSTD(1)),
    operation LowCardinality(String) CODEC(ZSTD(1)),
    category LowCardinality(String) CODEC(ZSTD(1)),
    outcome LowCardinality(String) CODEC(ZSTD(1)),
    severity LowCardinality(String) CODEC(ZSTD(1)),
    class LowCardinality(String) CODEC(ZSTD(1)),
    actor_type LowCardinality(String) CODEC(ZSTD(1)),
    actor_id String CODEC(ZSTD(1)) ${SCATTERED},
    on_behalf_of_id String CODEC(ZSTD(1)),
    target_types Array(LowCardinality(String)) CODEC(ZSTD(1)),
    target_ids Array(String) CODEC(ZSTD(1)) ${SCATTERED},
    service LowCardinality(String) CODEC(ZSTD(1)),
    ip String CODEC(ZSTD(1)),
    session_id String CODEC(ZSTD(1)) ${SCATTERED},
    request_id String CODEC(ZSTD(1)) ${SCATTERED},
    correlation_id String CODEC(ZSTD(1)),
    message String CODEC(ZSTD(1)) ${SCATTERED},
    metadata_keys Array(LowCardinality(String)) CODEC(ZSTD(1)),
    metadata_numbers Array(Float64) CODEC(ZSTD(1)),
    sealed String CODEC(ZSTD(1)),
    sealed_tags Array(String) CODEC(ZSTD(1)),
    sealed_blind Array(String) CODEC(ZSTD(1)),
    INDEX far_id id TYPE ${FAR},
    INDEX far_session session_id TYPE ${FAR},
    INDEX far_request request_id TYPE ${FAR},
    INDEX far_target target_ids TYPE ${FAR},
    INDEX far_message ${WORDS_OF_MESSAGE} TYPE ${FAR},
    INDEX by_position position TYPE minmax GRANULARITY 128,
    INDEX by_id id TYPE bloom_filter(0.01) GRANULARITY 2,
    INDEX by_actor actor_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_on_behalf_of on_behalf_of_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_session session_id TYPE bloom_filter(0.01) GRANULARITY 2,
    INDEX by_request request_id TYPE bloom_filter(0.01) GRANULARITY 2,
    INDEX by_target target_ids TYPE bloom_filter(0.01) GRANULARITY 2,
    INDEX by_tag sealed_tags TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_blind sealed_blind TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_leaf leaf_index TYPE minmax GRANULARITY 1,
    INDEX by_message ${WORDS_OF_MESSAGE} TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_word ${WORDS_OF_ENTRY} TYPE bloom_filter(0.01) GRANULARITY 1,
    ${keptCounts.map(projectionSql).join(',\n    ')}
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (tenant_id, time, leaf_index)
SETTINGS ${settings}`;

export const CREATE_TREE = `
CREATE TABLE IF NOT EXISTS attestlog.tree
(
    tenant_id String CODEC(ZSTD(1)),
    level UInt8 CODEC(ZSTD(1)),
    node_index UInt64 CODEC(Delta, ZSTD(1)),
    hash FixedString(32) CODEC(NONE)
)
ENGINE = MergeTree
ORDER BY (tenant_id, level, node_index)
SETTINGS ${settings}`;

/** What is read out of an entry, in one pass, for the columns above; absent fields give empty strings. */
const EXTRACTED = `Tuple(
    id String, time String, received_at String, action String, operation String, category String, outcome String,
    severity String, class String, actor Tuple(type String, id String, on_behalf_of Tuple(id String)), targets Nested(type String, id String),
    source Tuple(service String, ip String), session_id String, request_id String, correlation_id String,
    message String, metadata String)`.replace(/\s+/g, ' ');

const EVENT_COLUMNS = `tenant_id, leaf_index, position, entry, id, time, received_at, action, operation, category,
    outcome, severity, class, actor_type, actor_id, on_behalf_of_id, target_types, target_ids, service, ip, session_id, request_id,
    correlation_id, message, metadata_keys, metadata_numbers, sealed, sealed_tags, sealed_blind`;

/**
 * Settings of one insert: one block, one thread, so that the same rows make the same block; named by its token. The
 * dearest index is made when parts are merged, soon after, and not when they are written as well.
 */
function insertSettings(token: string): string {
  return `SETTINGS insert_deduplicate = 1, insert_deduplication_token = '${requireToken(token)}', max_insert_threads = 1, max_threads = 1, max_block_size = 1048576, max_insert_block_size = 1048576, min_insert_block_size_rows = 1048576, min_insert_block_size_bytes = 1073741824, precise_float_parsing = 1, exclude_materialize_skip_indexes_on_insert = 'by_word'`;
}

/** Inserts event rows from an Arrow stream with the columns tenant_id, leaf_index, position, entry, sealed. */
export function insertEvents(stream: string, token: string): string {
  return `INSERT INTO attestlog.events (${EVENT_COLUMNS}) ${insertSettings(token)}
SELECT tenant_id, leaf_index, position, entry, x.id,
    parseDateTime64BestEffort(x.time, 9, 'UTC'), parseDateTime64BestEffort(x.received_at, 9, 'UTC'),
    x.action, x.operation, x.category, x.outcome, x.severity, x.class, x.actor.type, x.actor.id,
    x.actor.on_behalf_of.id, x.targets.type, x.targets.id, x.source.service, x.source.ip, x.session_id, x.request_id, x.correlation_id, x.message,
    (${numericMembersSql('assumeNotNull(x.metadata)')} AS numeric).1, ${numbersOfMembersSql('numeric')},
    sealed, ${tagsSql('sealed')}, ${blindsSql('sealed')}
FROM (SELECT *, JSONExtract(entry, '${EXTRACTED}') AS x FROM arrowstream('${requireToken(stream)}'))`;
}

/** Inserts tree rows from an Arrow stream with the columns tenant_id, level, node_index, hash. */
export function insertTree(stream: string, token: string): string {
  return `INSERT INTO attestlog.tree (tenant_id, level, node_index, hash) ${insertSettings(token)}
SELECT tenant_id, level, node_index, toFixedString(hash, 32) FROM arrowstream('${requireToken(stream)}')`;
}

/** Tokens and stream names are ours, never a client's; they stand in SQL text, so they are held to it. */
function requireToken(token: string): string {
  if (!/^[A-Za-z0-9_.-]{1,200}$/.test(token)) throw new RangeError(`not a token: ${token}`);
  return token;
}

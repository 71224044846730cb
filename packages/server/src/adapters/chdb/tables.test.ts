import { describe, expect, it } from 'vitest';
import { numbersOfMembersSql, numericMembersSql } from './metadata-sql.js';
import { blindsSql, tagsSql } from './sealed-sql.js';
import { CREATE_EVENTS, CREATE_TREE, insertEvents, insertTree } from './tables.js';

describe('the tables', () => {
  it.each([
    ['events', CREATE_EVENTS],
    ['tree', CREATE_TREE],
  ])('%s is set to survive a power cut, also after a merge, and to know a repeated insert', (_name, sql) => {
    for (const setting of [
      'fsync_after_insert = 1',
      'fsync_part_directory = 1',
      'min_rows_to_fsync_after_merge = 1',
      'old_parts_lifetime = 60',
      'non_replicated_deduplication_window = 10000',
      'max_suspicious_broken_parts = 0',
    ]) {
      expect(sql).toContain(setting);
    }
  });
});

describe('an insert', () => {
  it('is one block under its token, with every column read out of the entry', () => {
    const settings =
      "SETTINGS insert_deduplicate = 1, insert_deduplication_token = '0-17', max_insert_threads = 1, max_threads = 1, max_block_size = 1048576, max_insert_block_size = 1048576, min_insert_block_size_rows = 1048576, min_insert_block_size_bytes = 1073741824, precise_float_parsing = 1, exclude_materialize_skip_indexes_on_insert = 'by_word'";
    expect(
      insertTree('stream_2', '0-17'),
    ).toBe(`INSERT INTO attestlog.tree (tenant_id, level, node_index, hash) ${settings}
SELECT tenant_id, level, node_index, toFixedString(hash, 32) FROM arrowstream('stream_2')`);
    expect(
      insertEvents('stream_1', '0-17'),
    ).toBe(`INSERT INTO attestlog.events (tenant_id, leaf_index, position, entry, id, time, received_at, action, operation, category,
    outcome, severity, class, actor_type, actor_id, on_behalf_of_id, target_types, target_ids, service, ip, session_id, request_id,
    correlation_id, message, metadata_keys, metadata_numbers, sealed, sealed_tags, sealed_blind) ${settings}
SELECT tenant_id, leaf_index, position, entry, x.id,
    parseDateTime64BestEffort(x.time, 9, 'UTC'), parseDateTime64BestEffort(x.received_at, 9, 'UTC'),
    x.action, x.operation, x.category, x.outcome, x.severity, x.class, x.actor.type, x.actor.id,
    x.actor.on_behalf_of.id, x.targets.type, x.targets.id, x.source.service, x.source.ip, x.session_id, x.request_id, x.correlation_id, x.message,
    (${numericMembersSql('assumeNotNull(x.metadata)')} AS numeric).1, ${numbersOfMembersSql('numeric')},
    sealed, ${tagsSql('sealed')}, ${blindsSql('sealed')}
FROM (SELECT *, JSONExtract(entry, 'Tuple( id String, time String, received_at String, action String, operation String, category String, outcome String, severity String, class String, actor Tuple(type String, id String, on_behalf_of Tuple(id String)), targets Nested(type String, id String), source Tuple(service String, ip String), session_id String, request_id String, correlation_id String, message String, metadata String)') AS x FROM arrowstream('stream_1'))`);
  });

  it('takes no token that could be more than a name', () => {
    expect(() => insertTree('s', "0-1'; DROP TABLE attestlog.events --")).toThrow(RangeError);
    expect(() => insertEvents("s') --", '0-1')).toThrow(RangeError);
  });
});

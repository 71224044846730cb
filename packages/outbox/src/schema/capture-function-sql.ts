import { EVENT_MAX_BYTES } from './bounds.js';
import type { Names } from './names.js';
import { quoteBody } from './quoting.js';

/** What stands in place of a masked value. */
const MASK = '[masked]';

/** Targets' ids have at most 1,024 UTF-16 units; longer keys are cut and told apart by their hash. */
const KEY_MAX_BYTES = 1024;
const KEPT_OF_LONG_KEY_CHARS = 400;

/**
 * The functions behind the triggers of {@link import('./capture-trigger-sql.js').captureTriggerSql}. They run with the
 * rights of their owner, so that whoever may change a captured table need not be allowed to write to the outbox.
 */
export function captureFunctionSql(names: Names): string {
  return `-- A row without the columns that are left out, and with a stand-in for the values that are masked.
CREATE OR REPLACE FUNCTION ${names.visibleRow}(whole jsonb, settings jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS ${quoteBody(`  SELECT coalesce(jsonb_object_agg(key, CASE
    WHEN settings->'mask' ? key AND value <> 'null' THEN '"${MASK}"'::jsonb ELSE value END), '{}')
  FROM jsonb_each(whole)
  WHERE NOT settings->'leave_out' ? key AND (settings->'only' IS NULL OR settings->'only' ? key)`)};

-- Fails when a table lacks a column, so that a misspelt one is not silently left in.
CREATE OR REPLACE FUNCTION ${names.requireColumns}(target regclass, columns text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS ${quoteBody(`DECLARE
  absent text;
BEGIN
  SELECT string_agg(quote_ident(name), ', ') INTO absent FROM unnest(columns) AS name
  WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = target AND attname = name AND attnum > 0 AND NOT attisdropped);
  IF absent IS NOT NULL THEN
    RAISE EXCEPTION 'table % has no column %', target, absent USING ERRCODE = 'undefined_column';
  END IF;
END`)};

-- Writes an event for each changed row. Its one argument is JSON: noun, key, leave_out, mask and perhaps only.
CREATE OR REPLACE FUNCTION ${names.captureRow}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS ${quoteBody(`DECLARE
  settings constant jsonb := TG_ARGV[0]::jsonb;
  acting constant text := nullif(current_setting('attestlog.actor', true), '');
  context constant jsonb := coalesce(nullif(current_setting('attestlog.context', true), ''), '{}')::jsonb;
  verb constant text := CASE TG_OP WHEN 'INSERT' THEN 'create' ELSE lower(TG_OP) END;
  noun constant text := settings->>'noun';
  old_row jsonb;
  new_row jsonb;
  present jsonb;
  absent text;
  keys text[] := '{}';
  changes jsonb := '{}';
  about jsonb;
  event jsonb;
BEGIN
  about := jsonb_build_object('schema', TG_TABLE_SCHEMA, 'table', TG_TABLE_NAME, 'role', session_user,
    'transaction', pg_current_xact_id()::text);
  IF TG_OP IN ('UPDATE', 'DELETE') THEN old_row := to_jsonb(OLD); END IF;
  IF TG_OP IN ('INSERT', 'UPDATE') THEN new_row := to_jsonb(NEW); END IF;
  IF TG_OP = 'UPDATE' THEN
    IF old_row = new_row THEN RETURN NULL; END IF;
    about := about || jsonb_build_object('changed_columns',
      (SELECT jsonb_agg(key ORDER BY key) FROM jsonb_each(new_row) WHERE value IS DISTINCT FROM old_row->key));
  END IF;
  present := coalesce(new_row, old_row);
  IF present IS NOT NULL THEN
    SELECT string_agg(quote_ident(name), ', ') INTO absent FROM (
      SELECT jsonb_array_elements_text(settings->list) AS name FROM unnest('{key,leave_out,mask,only}'::text[]) AS list
    ) AS named WHERE NOT present ? name;
    -- A column that was to be hidden has another name now: no value is shown, rather than a wrong one.
    IF absent IS NOT NULL THEN
      about := about || jsonb_build_object('values_left_out', 'the table has no column ' || absent);
    ELSE
      IF old_row IS NOT NULL THEN changes := changes || jsonb_build_object('before', ${names.visibleRow}(old_row, settings)); END IF;
      IF new_row IS NOT NULL THEN changes := changes || jsonb_build_object('after', ${names.visibleRow}(new_row, settings)); END IF;
    END IF;
    SELECT array_agg(CASE WHEN octet_length(id) <= ${KEY_MAX_BYTES} THEN id
      ELSE left(id, ${KEPT_OF_LONG_KEY_CHARS}) || '#' || encode(sha256(convert_to(id, 'UTF8')), 'hex') END ORDER BY place)
    INTO keys FROM (
      SELECT min(place) AS place, id FROM (
        SELECT place, CASE jsonb_array_length(settings->'key')
          WHEN 1 THEN keyed->>(settings->'key'->>0)
          -- One text of several columns, in which no value can pretend to be two.
          ELSE (SELECT jsonb_agg(keyed->>name ORDER BY at)::text
            FROM jsonb_array_elements_text(settings->'key') WITH ORDINALITY AS part(name, at)) END AS id
        FROM (VALUES (1, new_row), (2, old_row)) AS version(place, keyed) WHERE keyed IS NOT NULL
      ) AS both_versions WHERE id IS NOT NULL GROUP BY id
    ) AS different;
  END IF;
  event := (context - 'tenant') || jsonb_build_object(
    'id', gen_random_uuid(),
    'time', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'action', noun || '.' || verb,
    'operation', CASE verb WHEN 'truncate' THEN 'delete' ELSE verb END,
    'actor', CASE WHEN acting IS NULL THEN jsonb_build_object('type', 'database_role', 'id', session_user)
      WHEN left(acting, 1) = '{' THEN acting::jsonb
      ELSE jsonb_build_object('type', 'user', 'id', acting) END,
    'targets', coalesce((SELECT jsonb_agg(jsonb_build_object('type', noun, 'id', id) ORDER BY place)
      FROM unnest(keys) WITH ORDINALITY AS key(id, place)), jsonb_build_array(jsonb_build_object('type', noun))),
    'outcome', 'success',
    'metadata', jsonb_build_object('database', about));
  IF changes <> '{}' THEN
    IF octet_length(changes::text) + octet_length(event::text) <= ${EVENT_MAX_BYTES - 1024} THEN
      event := event || jsonb_build_object('changes', changes);
    ELSE
      event := jsonb_set(event, '{metadata,database,values_left_out}', '"the row is too large"');
    END IF;
  END IF;
  INSERT INTO ${names.events} (stream, tenant, event)
  VALUES (noun || ':' || coalesce(keys[1], ''), context->>'tenant', event::text);
  RETURN NULL;
END`)};
REVOKE ALL ON FUNCTION ${names.captureRow}() FROM PUBLIC;`;
}

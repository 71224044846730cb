import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importFormatNames } from '../../packages/cli/src/import/formats.js';
import { auditEventMoves } from '../../packages/event/src/dialects/audit-events.js';
import { cloudEventMoves } from '../../packages/event/src/dialects/cloudevents.js';
import { fileMonitorMoves } from '../../packages/event/src/dialects/file-monitor.js';
import { logMoves } from '../../packages/event/src/dialects/logs.js';
import { actorMoves, authenticatedMoves, ocsfMoves, targetMoves } from '../../packages/event/src/dialects/ocsf.js';
import { logAttributeMoves, resourceAttributeMoves } from '../../packages/event/src/dialects/otlp.js';
import { syslogMoves } from '../../packages/event/src/dialects/syslog.js';
import { accessTable } from '../../packages/server/testing/access-table.js';
import { root } from './repository.js';

const page = readFileSync(join(root, 'docs/dialects.md'), 'utf8');

type Rows = readonly (readonly [member: string, field: string])[];

describe('docs/dialects.md', () => {
  it.each<[string, Rows]>([
    ['file-monitor', fileMonitorMoves],
    ['logs', logMoves],
    ['audit-events', auditEventMoves],
    ['cloudevents', cloudEventMoves],
    ['otlp', [...logAttributeMoves, ...resourceAttributeMoves]],
    ['ocsf', [...ocsfMoves, ...actorMoves, ...authenticatedMoves, ...targetMoves]],
    ['syslog', syslogMoves],
  ])('says what of %s is moved where', (name, moves) => {
    const section = page.split(`\n## ${name}\n`)[1]?.split('\n## ')[0] ?? '';
    const rows = section.split('\n').filter((line) => line.startsWith('|'));
    const missing = moves.filter(
      ([member, field]) => !rows.some((row) => row.includes(`\`${member}\``) && row.includes(`\`${field}\``)),
    );
    expect(missing).toEqual([]);
  });

  it('lists every dialect that can be imported', () => {
    expect(importFormatNames.filter((name) => !new RegExp(`^\\| \\[?\`${name}\``, 'm').test(page))).toEqual([]);
  });

  it('lists every route of the interfaces of other systems', () => {
    const routes = accessTable
      .map(({ route }) => route)
      .filter((route) => / \/api\/(?:audit|v1\/(?:logs|audit))\b/.test(route));
    expect(routes.length).toBeGreaterThan(20);
    expect(routes.filter((route) => !page.includes(`\`${route}\``))).toEqual([]);
  });
});

import { z } from 'zod';
import { exportCompressions, exportFormats } from '../../exports/export-format.js';

const time = z.string().describe('RFC 3339.');
const place = z.object({ time, index: z.int() }).describe('An event, by its time and its index in the log.');

const file = z.object({
  name: z.string(),
  bytes: z.int(),
  sha256: z.string().describe('Of the file as it is downloaded.'),
  events: z.int(),
  first: place.optional(),
  last: place.optional(),
});

/** An export as routes answer it. */
export const exportAnswer = z.object({
  id: z.string(),
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  requested_at: time,
  requested_by: z.string(),
  started_at: time.optional(),
  ended_at: time.optional(),
  expires_at: time.describe('From when on it is gone, with its files.'),
  format: z.enum(exportFormats),
  compression: z.enum(exportCompressions),
  columns: z.array(z.string()).optional(),
  personal: z.enum(['shown', 'omitted']),
  reason: z.string().optional(),
  q: z.string().describe('The filter in the search syntax.'),
  from: time.optional(),
  to: time.optional(),
  split: z.object({ events: z.int(), bytes: z.int() }),
  before_position: z.int().describe('Only events below this position are in it.'),
  events_done: z.int(),
  events_expected: z.int().optional().describe('Absent where counting them took too long.'),
  files: z.array(file).describe('Those that are whole.'),
  error: z.object({ code: z.string(), detail: z.string() }).optional().describe('Why it failed.'),
});

export const exportListAnswer = z.object({ exports: z.array(exportAnswer), next: z.string().nullable() });

export const exportExample = {
  id: '0199b8a2-7f00-7000-8000-000000000001',
  state: 'done',
  requested_at: '2025-10-06T12:54:12.025Z',
  requested_by: 'user:u1',
  started_at: '2025-10-06T12:54:12.100Z',
  ended_at: '2025-10-06T12:54:13.900Z',
  expires_at: '2025-10-09T12:54:12.025Z',
  format: 'ndjson',
  compression: 'gzip',
  personal: 'shown',
  q: 'action:order.*',
  split: { events: 1_000_000, bytes: 1_073_741_824 },
  before_position: 4096,
  events_done: 2,
  events_expected: 2,
  files: [
    {
      name: 'events-00001.ndjson.gz',
      bytes: 412,
      sha256: 'f2ca1bb6c7e907d06dafe4687e579fce76b37e4e93b7605022da52e6ccc26fd2',
      events: 2,
      first: { time: '2025-10-06T12:00:00Z', index: 0 },
      last: { time: '2025-10-06T12:01:00Z', index: 1 },
    },
  ],
};

export const linkAnswer = z.object({
  links: z.array(z.object({ name: z.string(), url: z.string().describe('On this server.'), expires_at: time })),
});

export const linkExample = {
  links: [
    {
      name: 'events-00001.ndjson.gz',
      url: '/api/v1/downloads/acme/0199b8a2-7f00-7000-8000-000000000001/events-00001.ndjson.gz?expires=1759758852&signature=Zm9v',
      expires_at: '2025-10-06T13:54:12Z',
    },
  ],
};

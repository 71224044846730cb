interface Tag {
  name: string;
  description: string;
  /** Beginnings of paths. */
  paths: readonly string[];
}

/** The parts of the API's description, in the order in which they are shown. A path belongs to the longest beginning. */
export const TAGS: readonly Tag[] = [
  {
    name: 'Events',
    description: 'Record events, read them, prove them.',
    paths: ['/api/v1/events', '/api/v1/blobs', '/api/v1/events/stream'],
  },
  {
    name: 'Search',
    description: 'Find, count and follow events.',
    paths: [
      ...['/api/v1/events/search', '/api/v1/events/ask', '/api/v1/events/aggregate', '/api/v1/events/facets'],
      ...['/api/v1/stats', '/api/v1/searches', '/api/v1/targets', '/api/v1/actors', '/api/v1/sessions'],
      '/api/v1/correlations',
    ],
  },
  {
    name: 'Exports',
    description: 'Take events away: as files, and as packs that prove what they hold.',
    paths: ['/api/v1/events/export', '/api/v1/exports', '/api/v1/downloads', '/api/v1/evidence'],
  },
  {
    name: 'Transparency log',
    description: 'Checkpoints, tiles and proofs, for whoever verifies.',
    paths: ['/api/v1/log', '/log'],
  },
  {
    name: 'Protocols',
    description: 'Events in the field’s own forms.',
    paths: ['/api/v1/cloudevents', '/v1/logs', '/api/v1/ocsf', '/api/v1/kubernetes'],
  },
  {
    name: 'Dialects',
    description: 'The interfaces of other systems, over the same log.',
    paths: ['/api/audit', '/api/v1/logs', '/api/v1/audit'],
  },
  { name: 'Access', description: 'Roles, users, keys and sessions.', paths: accessPaths() },
  {
    name: 'Tenants',
    description: 'Tenants, their limits and their policies.',
    paths: ['/api/v1/tenants', '/api/v1/policy'],
  },
  {
    name: 'Personal data',
    description: 'Erasure, holds and what is known of one person.',
    paths: ['/api/v1/privacy', '/api/v1/events/{id}/openings'],
  },
  { name: 'Deployment', description: 'Health and metrics.', paths: ['/'] },
];

function accessPaths(): string[] {
  const own = ['roles', 'permissions', 'users', 'keys', 'auth'];
  return [...own.map((name) => `/api/v1/${name}`), '/.well-known/jwks.json'];
}

/** The part that a path belongs to, written as routes write it: `/api/v1/events/:id`. */
export function tagOf(url: string): string {
  const path = pathOf(url);
  let best: { name: string; length: number } = { name: 'Deployment', length: 0 };
  for (const { name, paths } of TAGS) {
    for (const start of paths) {
      if (start.length > best.length && (path === start || path.startsWith(`${start}/`))) {
        best = { name, length: start.length };
      }
    }
  }
  return best.name;
}

/** Name of an operation in code that is made from the description: `GET /api/v1/events/:id` is `getEventsById`. */
export function operationId(method: string, url: string): string {
  const words = pathOf(url)
    .replace(/^\/api\/v1\//, '/')
    .split('/')
    .filter((word) => word !== '')
    .map((word) => (word.startsWith('{') ? `by-${word.slice(1, -1).replace('*', 'path')}` : word));
  return (
    method.toLowerCase() +
    words
      .flatMap((word) => word.split(/[^A-Za-z0-9]+/))
      .map(capitalized)
      .join('')
  );
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function pathOf(url: string): string {
  return url.replace(/:(\w+)/g, '{$1}').replace(/\*/g, '{*}');
}

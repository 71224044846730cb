import { parseEntriesPath, parseTilePath, TlogError } from '@attestlog/tlog';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Problem } from '../../errors.js';
import { from } from '../../failures.js';
import { TENANT_ID } from '../../tenants/tenant-document.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { recordRead } from '../access/record-read.js';
import { describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';

/** What never changes may be kept for ever. */
const IMMUTABLE = 'public, max-age=31536000, immutable';
const PRIVATE_IMMUTABLE = 'private, max-age=31536000, immutable';
/** A checkpoint is old as soon as there is a newer one. */
const SHORT = 'public, max-age=1';

const HASHES: GuardedAccess = {
  permission: 'log:read',
  of: 'tenant',
  tenantParameter: 'tenant',
  unlessPublicLog: true,
};
/** Whole events: a grant for some events only does not give them. */
const ENTRIES: GuardedAccess = { permission: 'log:entries', of: 'tenant', tenantParameter: 'tenant' };

interface LogParams {
  tenant: string;
  '*': string;
}

/**
 * `/log/{tenant}/…`: the log as C2SP tlog-tiles serves it. Entry bundles hold the events, so they need a credential;
 * the rest shows only hashes.
 */
export function registerPublicLogRoutes(app: FastifyInstance, services: Services): void {
  const config = { access: HASHES };
  app.get<{ Params: LogParams }>(
    '/log/:tenant/checkpoint',
    {
      config,
      schema: describeRoute('The signed checkpoint of a log', {
        answers: { 200: { description: 'A signed note (C2SP tlog-checkpoint).', type: 'text/plain' } },
        problems: ['tenant-unknown'],
      }),
    },
    async (request, reply) => {
      const tenant = await requireLog(request.params.tenant, services);
      return text(reply, await services.log.checkpoint(tenant));
    },
  );
  app.get<{ Params: LogParams }>(
    '/log/:tenant/key',
    {
      config,
      schema: describeRoute('The verifier keys of a log, one a line, the newest first', {
        answers: { 200: { description: 'The keys.', type: 'text/plain' } },
        problems: ['tenant-unknown'],
      }),
    },
    async (request, reply) => {
      const tenant = await requireLog(request.params.tenant, services);
      return text(reply, `${(await services.log.verifierKeys(tenant)).join('\n')}\n`);
    },
  );
  app.get<{ Params: LogParams }>(
    '/log/:tenant/tombstone',
    {
      config,
      schema: describeRoute('The signed statement that a log ended', {
        answers: { 200: { description: 'A signed note.', type: 'text/plain' } },
        problems: ['tenant-unknown', 'tombstone-unknown'],
      }),
    },
    async (request, reply) => {
      const tenant = await requireLog(request.params.tenant, services);
      return text(reply, await services.log.tombstone(tenant));
    },
  );
  app.get<{ Params: LogParams }>(
    '/log/:tenant/tile/entries/*',
    {
      config: { access: ENTRIES },
      schema: describeRoute('An entry bundle; needs a credential', {
        answers: {
          200: { description: 'C2SP tlog-tiles: entries, each behind its length.', type: 'application/octet-stream' },
        },
        problems: ['tenant-gone', 'tile-unknown', 'data-corrupt'],
      }),
    },
    async (request, reply) => {
      const tenant = await requireEntries(request.params.tenant, services);
      const { index, width } = parsePath(() => parseEntriesPath(`tile/entries/${request.params['*']}`));
      const bundle = await services.log.bundle(tenant, index, width);
      await recordRead(request, 'log.read', width, services);
      return bytes(reply, PRIVATE_IMMUTABLE, bundle);
    },
  );
  app.get<{ Params: LogParams }>(
    '/log/:tenant/tile/*',
    {
      config: { ...config, incompressible: true },
      schema: describeRoute('A hash tile', {
        answers: { 200: { description: 'C2SP tlog-tiles: hashes of 32 bytes.', type: 'application/octet-stream' } },
        problems: ['tenant-unknown', 'tile-unknown', 'data-corrupt'],
      }),
    },
    async (request, reply) => {
      const tenant = await requireLog(request.params.tenant, services);
      const tile = parsePath(() => parseTilePath(`tile/${request.params['*']}`));
      return bytes(reply, IMMUTABLE, await services.log.tile(tenant, tile));
    },
  );
}

async function requireLog(tenant: string, { tenants }: Services): Promise<string> {
  if (!TENANT_ID.test(tenant) || !(await from('registry', tenants.exists(tenant)))) throw new Problem('tenant-unknown');
  return tenant;
}

/** Of a deleted tenant no entry is handed out, also none that was read before. */
async function requireEntries(id: string, services: Services): Promise<string> {
  const tenant = await services.tenants.find(await requireLog(id, services));
  if (tenant?.document.status === 'deleting' || tenant?.document.status === 'deleted') throw new Problem('tenant-gone');
  return id;
}

function parsePath<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof TlogError) throw new Problem('tile-unknown');
    throw error;
  }
}

function text(reply: FastifyReply, body: string): FastifyReply {
  return reply.type('text/plain; charset=utf-8').header('cache-control', SHORT).send(body);
}

function bytes(reply: FastifyReply, cacheControl: string, body: Uint8Array): FastifyReply {
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return reply.type('application/octet-stream').header('cache-control', cacheControl).send(buffer);
}

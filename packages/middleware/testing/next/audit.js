import { requestAudit } from '@attestlog/middleware/next';

/**
 * What the test gives: the orders site, its options and its resolvers. Next bundles this file, so not by import; and it
 * loads routes in a second process too, to look for static paths, where there is nothing.
 */
const given = globalThis[Symbol.for('attestlog.test.next')];

const user = (request) => given.userOf(request.headers.get('x-user') ?? undefined);

export const site = given?.site;
export const audited =
  given === undefined
    ? (_route, handler) => handler
    : requestAudit(site.log, {
        ...given.options,
        actor: (request) => given.actorOf(user(request)),
        tenant: (request) => user(request)?.tenant,
        // The server around Next writes it, whatever the client sent.
        peerAddress: (request) => request.headers.get('x-peer-address') ?? undefined,
      });

import type { AuditLog } from '@attestlog/client';
import type { RouteAudit } from '../src/request-audit-options.js';
import { PROXY_ADDRESS } from './loopback.js';

/** A promise that the test settles. */
class Gate {
  readonly opened: Promise<void>;
  open: () => void = () => {};

  constructor() {
    this.opened = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}

class PaymentError extends Error {
  readonly code = 'E_PAYMENT';
}

/** What the application of the conformance suite does, without the framework that it is written for. */
export class OrdersSite {
  readonly log: AuditLog;
  /** Opens when a handler that waits has begun. */
  begun = new Gate();
  /** Lets handlers that wait go on. */
  released = new Gate();

  constructor(log: AuditLog) {
    this.log = log;
  }

  reset(): void {
    this.begun = new Gate();
    this.released = new Gate();
  }

  order(id: string): object {
    return { id, card: '4111 1111 1111 1111' };
  }

  create(body: unknown): object {
    const { amount } = body as { amount: number };
    return { id: 'o-1', amount, token: 'tok_live_5eCr3t', contact: 'jane.doe@example.com' };
  }

  fail(): never {
    throw new TypeError('The text of an error: secret-in-error-text');
  }

  async reject(): Promise<never> {
    await Promise.resolve();
    throw new PaymentError('Another text: secret-in-error-text');
  }

  /** Logs after it has waited, as a handler does that asks a database. */
  async note(id: string): Promise<object> {
    await new Promise((resolve) => setImmediate(resolve));
    await this.log.log({ action: 'order.note', targets: [{ type: 'order', id }] });
    return { id };
  }

  async wait(): Promise<object> {
    this.begun.open();
    await this.released.opened;
    return {};
  }

  /** An answer whose second half comes when the test says so. */
  async *chunks(): AsyncGenerator<string> {
    yield 'first ';
    this.begun.open();
    await this.released.opened;
    yield 'second';
  }
}

export interface SiteUser {
  id: string;
  tenant: string;
}

/** The application's authentication: who a header says. It runs after the middleware. */
export function userOf(header: string | undefined): SiteUser | undefined {
  return header === undefined ? undefined : { id: header, tenant: `tenant-of-${header}` };
}

/** Resolvers over what the authentication has put on a request. */
export function actorOf(user: SiteUser | undefined): { type: string; id: string } | undefined {
  if (user?.id === 'unresolvable') throw new Error('The resolver is broken.');
  return user === undefined ? undefined : { type: 'user', id: user.id };
}

const createOrder: RouteAudit = {
  request: ['/amount', '/note', '/password', '/items/*/sku', '/absent'],
  response: ['/id', '/token', '/contact'],
};

/** The options that all frameworks' applications share, with the patterns as the framework writes them. */
export function siteOptions(pattern: (path: string) => string = (path) => path) {
  return {
    trustedProxies: [PROXY_ADDRESS],
    exclude: ['OPTIONS', `GET ${pattern('/health')}`],
    routes: { [`POST ${pattern('/orders')}`]: createOrder },
  };
}

import { AddressList } from '../../access/address-list.js';

/** Who delivers over a connection, or by a datagram. */
export interface Peer {
  readonly address: string;
  /** Names in the client certificate, its common name first; none without one. */
  readonly names: readonly string[];
}

interface SenderRule {
  readonly tenant: string;
  matches(peer: Peer): boolean;
}

export type SendersResult = { ok: true; senders: Senders } | { ok: false; problem: string };

const TENANT_ID = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const CERTIFICATE = 'cert:';
const MAX_RULES = 256;

/** Which tenant's log a sender writes into. */
export class Senders {
  readonly #rules: readonly SenderRule[];
  readonly #otherwise: string | undefined;

  private constructor(rules: readonly SenderRule[], otherwise: string | undefined) {
    this.#rules = rules;
    this.#otherwise = otherwise;
  }

  /**
   * @param texts `10.0.0.0/8=TENANT` by address, `cert:NAME=TENANT` by a name in the client certificate
   * @param otherwise the tenant of all others; undefined: they are refused
   */
  static parse(texts: readonly string[], otherwise: string | undefined): SendersResult {
    if (texts.length > MAX_RULES) return { ok: false, problem: `at most ${MAX_RULES} senders` };
    if (otherwise !== undefined && !TENANT_ID.test(otherwise)) {
      return { ok: false, problem: `"${otherwise.slice(0, 80)}" is no tenant's id` };
    }
    const rules: SenderRule[] = [];
    for (const text of texts) {
      const rule = readRule(text);
      if (typeof rule === 'string') return { ok: false, problem: rule };
      rules.push(rule);
    }
    return { ok: true, senders: new Senders(rules, otherwise) };
  }

  /** The tenant of the first rule that fits. */
  tenantOf(peer: Peer): string | undefined {
    return this.#rules.find((rule) => rule.matches(peer))?.tenant ?? this.#otherwise;
  }

  /** Whether there is anybody who may send. */
  get isEmpty(): boolean {
    return this.#rules.length === 0 && this.#otherwise === undefined;
  }
}

function readRule(text: string): SenderRule | string {
  const at = text.lastIndexOf('=');
  const [who, tenant] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (at < 1 || !TENANT_ID.test(tenant)) return `"${text.slice(0, 80)}" is not ADDRESS=TENANT or cert:NAME=TENANT`;
  if (who.startsWith(CERTIFICATE)) {
    const name = who.slice(CERTIFICATE.length).toLowerCase();
    return { tenant, matches: ({ names }) => names.some((one) => one.toLowerCase() === name) };
  }
  const read = AddressList.parse([who]);
  return read.ok ? { tenant, matches: ({ address }) => read.list.contains(address) } : read.problem;
}

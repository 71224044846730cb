import { expect } from 'vitest';
import type { Outcome } from '../../support/intake-client.js';
import type { Ledger } from '../../support/ledger.js';
import { Load, type LoadOptions } from '../../support/load.js';
import type { ServerProcess } from '../../support/server-process.js';

/** What /readyz says is wrong. */
export interface Trouble {
  part: string;
  detail: string;
}

const ENOUGH_REFUSALS = 20;

export async function troublesOf(server: ServerProcess): Promise<Trouble[]> {
  const response = await server.fetch('/readyz');
  const { troubles } = (await response.json()) as { troubles: Trouble[] };
  expect(response.status, 'readyz is 503 if and only if there is trouble').toBe(troubles.length === 0 ? 200 : 503);
  return troubles;
}

/** Waits until /readyz names trouble with one of the parts. */
export async function untilTrouble(server: ServerProcess, ...parts: string[]): Promise<Trouble[]> {
  return poll(async () => {
    const troubles = await troublesOf(server);
    const found = parts.length === 0 ? troubles : troubles.filter(({ part }) => parts.includes(part));
    return found.length > 0 ? found : undefined;
  });
}

export async function untilReady(server: ServerProcess): Promise<void> {
  await poll(async () => ((await troublesOf(server)).length === 0 ? true : undefined));
}

/**
 * Loads the server until it has refused a number of requests. Resolves with the refusals.
 * @param meanwhile what is looked at before the load ends: trouble that ends with the first write that succeeds again
 */
export async function refusedLoad(
  server: ServerProcess,
  ledger: Ledger,
  options: LoadOptions,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<Outcome[]> {
  const load = new Load(server, ledger, { ...options, waiting: false });
  await poll(async () => {
    if (server.exited) throw new Error(`the server ended:\n${server.log}`);
    return load.refusals.length >= ENOUGH_REFUSALS ? true : undefined;
  });
  await meanwhile();
  await load.stop();
  return load.refusals;
}

/**
 * Every refusal is a 503 with a problem document and Retry-After. A stream has said 200 by then: its last line says
 * why it ended.
 */
export function expectRefusals(refusals: readonly Outcome[], codes: readonly string[]): void {
  for (const refusal of refusals) {
    expect(codes, JSON.stringify(refusal)).toContain(refusal.code);
    if (refusal.contentType.startsWith('application/x-ndjson')) continue;
    expect(refusal).toMatchObject({ status: 503, contentType: 'application/problem+json; charset=utf-8' });
    expect(Number(refusal.retryAfter)).toBeGreaterThan(0);
  }
}

/** Asks again and again until there is an answer; the test's own timeout ends it. */
export async function poll<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

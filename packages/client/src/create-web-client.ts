import type { Actions } from './actions/define-actions.js';
import { createMemoryDelivery } from './delivery/memory-delivery.js';
import type { WritingOptions } from './settings/client-options.js';
import { deliverWhenHidden } from './settings/deliver-when-hidden.js';
import { assembleWriter } from './writing/assemble-writer.js';
import type { DeclaredOf, Writer } from './writing/attestlog.js';

/** Options of the client in browsers and edge runtimes, which have no disk: {@link WritingOptions}. */
export interface WebClientOptions<Declared extends Actions = Actions>
  extends Omit<WritingOptions<Declared>, 'environment'> {
  /** `server`: a call resolves when the server has the event. Default `memory`, or by the policy's `async`. */
  readonly durability?: 'memory' | 'server' | undefined;
}

/**
 * Makes a client for browsers and edge runtimes: it writes, needs nothing but `fetch`, and delivers what it still holds
 * when the page is hidden or left. It reads no environment. Reads: `createReader`.
 *
 * @throws {ConfigurationError} with every problem of the options at once; nothing throws afterwards
 */
export function createClient<const Options extends WebClientOptions<Actions>>(
  options: Options,
): Writer<DeclaredOf<Options>> {
  const { writer, hide } = assembleWriter(options, {
    environment: {},
    createDelivery: createMemoryDelivery,
    currentContext: () => undefined,
  });
  const letGo = hide === undefined ? () => undefined : deliverWhenHidden(hide, globalThis as never);
  const close = () => writer.close().finally(letGo);
  const client: Writer = { ...writer, close, [Symbol.asyncDispose]: close };
  // What is declared narrows the types only; the writer takes any event.
  return client as unknown as Writer<DeclaredOf<Options>>;
}

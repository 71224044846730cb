import { policyFromEnvironment } from '@attestlog/event/sdk';
import type { Actions } from './actions/define-actions.js';
import type { AnyActions } from './actions/typed-event.js';
import type { AuditContext } from './context/audit-context.js';
import { currentContext } from './context.js';
import { createDelivery } from './delivery/create-delivery.js';
import { textOfBytes } from './prepare/text-of-bytes.js';
import { createNodeReader, type NodeReader } from './reads/create-node-reader.js';
import type { ClientOptions } from './settings/client-options.js';
import { deliverAtExit } from './settings/deliver-at-exit.js';
import { processEnvironment } from './settings/process-environment.js';
import { resolveDisk } from './settings/resolve-disk.js';
import { assembleWriter } from './writing/assemble-writer.js';
import type { DeclaredOf, Writer } from './writing/attestlog.js';

/** A client of a server: it writes ({@link Writer}), and reads and verifies ({@link NodeReader}). */
export interface Attestlog<Declared = AnyActions> extends Writer<Declared>, NodeReader {
  readonly freeForm: Attestlog;
  with(context: AuditContext): Attestlog<Declared>;
}

/**
 * Makes a client. It opens no connection before there is something to send.
 *
 * @throws {ConfigurationError} with every problem of the options and the environment at once; nothing throws afterwards
 */
export function createClient<const Options extends ClientOptions<Actions>>(
  options: Options = {} as Options,
): Attestlog<DeclaredOf<Options>> {
  const environment = options.environment ?? processEnvironment();
  const environmentPolicy = policyFromEnvironment(environment);
  const writeText = textOfBytes();
  const platform = { environment, environmentPolicy, resolveDisk, createDelivery, currentContext, writeText };
  const { writer, delivery } = assembleWriter(options, platform);
  const wishes = { flushOnExit: options.flushOnExit ?? true, signals: options.closeOnSignals ?? [] };
  const letGo = deliverAtExit(writer, wishes, process);
  const close = () => writer.close().finally(letGo);
  const closing = { ...writer, close, [Symbol.asyncDispose]: close };
  const reader = createNodeReader({ ...delivery.server, fetch: options.fetch });
  // What is declared narrows the types only; the writer takes any event.
  return joined(closing, reader) as unknown as Attestlog<DeclaredOf<Options>>;
}

function joined(writer: Writer, reader: NodeReader): Attestlog {
  const { close, [Symbol.asyncDispose]: dispose } = writer;
  const client: Attestlog = {
    ...reader,
    ...writer,
    get freeForm() {
      return client;
    },
    with: (context) => joined({ ...writer.with(context), close, [Symbol.asyncDispose]: dispose }, reader),
  };
  return client;
}

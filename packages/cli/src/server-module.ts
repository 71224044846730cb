import { EXIT } from './exit-codes.js';
import { CliFailure, messageOf } from './failure.js';

/** A setting of the server, from which a flag is made. */
export interface ServerSetting {
  /** The flag without its dashes. */
  readonly name: string;
  /** The variable of the environment. */
  readonly env: string;
  readonly type: string;
  readonly default?: string;
  readonly help: string;
  readonly secret?: boolean;
}

export type ServerConfigurationResult<C> =
  | { readonly ok: true; readonly configuration: C }
  | { readonly ok: false; readonly problems: readonly string[] };

/** What the command needs of the server package. `C` is its configuration, which only it understands. */
export interface ServerModule<C = unknown> {
  readonly settings: readonly ServerSetting[];
  readConfiguration(sources: {
    flags: Readonly<Record<string, string | undefined>>;
    env: Readonly<Record<string, string | undefined>>;
  }): ServerConfigurationResult<C>;
  /** Resolves after a clean stop. */
  runServer(
    configuration: C,
    options: { onReady: (info: { url: string; bootstrapKey?: string }) => void; signal: AbortSignal },
  ): Promise<void>;
  /** Resolves with the new key's name. The tenant is for servers whose tenants have keys of their own. */
  rotateSigningKey(dataFolder: string, tenant?: string): Promise<string>;
  retireSigningKey(dataFolder: string, name: string, tenant?: string): Promise<void>;
}

/**
 * Loads the server. Only when it is needed: it brings a database engine with it, and a query should not wait for that.
 * @throws CliFailure when it cannot be loaded
 */
export async function loadServer(): Promise<ServerModule> {
  try {
    return await import('@attestlog/server');
  } catch (error) {
    throw new CliFailure(EXIT.unexpected, 'The server cannot be loaded', { detail: messageOf(error), cause: error });
  }
}

/** Errors of the server that say what an operator has to mend, by name: their classes belong to a module not loaded here. */
const mendable: readonly string[] = ['StartError', 'PortFailure'];

/** The failure to show for an error of the server: its words if they are for an operator, else the error itself. */
export function serverFailure(error: unknown): unknown {
  if (!(error instanceof Error) || !mendable.includes(error.name)) return error;
  return new CliFailure(EXIT.usage, error.message, { cause: error });
}

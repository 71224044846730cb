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
  /** @returns what to tell the operator about the new key */
  rotateSigningKey(dataFolder: string): Promise<unknown>;
  retireSigningKey(dataFolder: string, keyId: string): Promise<unknown>;
}

/**
 * Loads the server. Only when it is needed: it brings a database engine with it, and a query should not wait for that.
 * @throws CliFailure when it cannot be loaded
 */
export async function loadServer(): Promise<Partial<ServerModule>> {
  try {
    return (await import('@attestlog/server')) as Partial<ServerModule>;
  } catch (error) {
    throw new CliFailure(EXIT.unexpected, 'The server cannot be loaded', { detail: messageOf(error), cause: error });
  }
}

/** A part of the server that this build has to have. @throws CliFailure */
export function partOf<K extends keyof ServerModule>(server: Partial<ServerModule>, name: K): ServerModule[K] {
  const part = server[name];
  if (part !== undefined) return part as ServerModule[K];
  throw new CliFailure(EXIT.unexpected, `not available: this build of the server has no ${name}`);
}

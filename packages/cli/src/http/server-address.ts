import { readFile } from 'node:fs/promises';
import type { ReaderOptions } from '@attestlog/client';
import type { CommandContext } from '../context.js';
import { messageOf, usageFailure } from '../failure.js';

export const DEFAULT_URL = 'http://127.0.0.1:8480';
export const DEFAULT_TENANT = 'default';

/** The flags that say which server, as whom and for which tenant; absent ones come from the environment. */
export interface ConnectionOptions {
  readonly url?: string;
  readonly apiKey?: string;
  readonly keyFile?: string;
  readonly tenant?: string;
}

/** Which server, with the headers of every request to it. */
export interface Server {
  /** Ends with a slash. */
  readonly baseUrl: string;
  readonly tenant: string;
  /** What the client takes: where none is named, the server knows. */
  readonly client: Pick<ReaderOptions, 'url' | 'credential' | 'tenant'>;
  readonly headers: Readonly<Record<string, string>>;
  /** Full URL of a path below the base. */
  resolve(path: string): string;
}

/**
 * The server that the flags, else the environment (`ATTESTLOG_URL`, `ATTESTLOG_KEY`, `ATTESTLOG_TENANT`), name.
 * @throws CliFailure `usage` for an address that is not http(s), or a key or tenant that no header can hold.
 */
export async function connectionTo(options: ConnectionOptions, env: CommandContext['env']): Promise<Server> {
  const baseUrl = httpUrl(options.url ?? nonEmpty(env.ATTESTLOG_URL) ?? DEFAULT_URL);
  const named = options.tenant ?? nonEmpty(env.ATTESTLOG_TENANT);
  const tenant = headerValue(named ?? DEFAULT_TENANT, 'tenant');
  const apiKey = await credentialOf(options, nonEmpty(env.ATTESTLOG_KEY));
  return {
    baseUrl,
    tenant,
    client: { url: baseUrl, credential: apiKey, tenant: named },
    // Where none is named, the server knows: a key has a tenant of its own.
    headers: { ...authorization(apiKey), ...(named === undefined ? {} : { 'x-tenant-id': tenant }) },
    resolve: (path) => new URL(path, baseUrl).href,
  };
}

/** The credential: the flag, else the file, else `fallback`. @throws CliFailure `usage` for an unreadable file. */
export async function credentialOf(options: ConnectionOptions, fallback?: string): Promise<string | undefined> {
  if (options.apiKey !== undefined) return options.apiKey;
  if (options.keyFile === undefined) return fallback;
  try {
    return (await readFile(options.keyFile, 'utf8')).trim();
  } catch (error) {
    throw usageFailure(`Cannot read the key file ${options.keyFile}: ${messageOf(error)}`);
  }
}

/** The header that carries a credential; none without one. */
export function authorization(apiKey: string | undefined): Record<string, string> {
  return apiKey === undefined ? {} : { authorization: `Bearer ${headerValue(apiKey, 'API key')}` };
}

/** An http(s) address that ends with a slash. @throws CliFailure `usage`. */
export function httpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw usageFailure(`Not an http or https address: ${text}`, 'Write it like http://127.0.0.1:8480');
  }
  url.search = '';
  url.hash = '';
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

function headerValue(text: string, what: string): string {
  if (!/^[\x21-\x7e]+$/.test(text)) throw usageFailure(`The ${what} must be visible ASCII characters without spaces`);
  return text;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

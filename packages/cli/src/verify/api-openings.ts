import type { OpeningAsker } from '@attestlog/client/log-reading';
import { EXIT } from '../exit-codes.js';
import { CliFailure } from '../failure.js';
import { type ApiClient, notAttestlog } from '../http/api-client.js';

/** Openings asked for over the command's own connections. */
export function askerOf(client: Pick<ApiClient, 'get' | 'getJson' | 'getText'>): OpeningAsker {
  return {
    json: (path) => client.getJson(path),
    text: (path) => client.getText(path),
    bytes: async (path) => (await client.get(path, '*/*')).body,
    refusal: (error) => {
      if (!(error instanceof CliFailure)) return undefined;
      if (error.exitCode === EXIT.notFound) return 'absent';
      return error.exitCode === EXIT.unauthorised ? 'forbidden' : undefined;
    },
    strange: notAttestlog,
  };
}

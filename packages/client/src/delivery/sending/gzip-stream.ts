import type { Gzip } from './post-batch.js';

/** gzip by the platform's own streams; undefined where it has none. */
export function gzipStream(): Gzip | undefined {
  if (typeof CompressionStream === 'undefined') return undefined;
  return async (text) => {
    const compressed = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
    return new Uint8Array(await new Response(compressed).arrayBuffer());
  };
}

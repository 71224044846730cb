/** Media types of answers that come little by little, so that the request is not over when its answer begins. */
const STREAMED = /^(?:text\/event-stream|application\/(?:x-ndjson|jsonl|json-seq|octet-stream)|multipart\/)/i;

/** Whether an answer is still being written when a handler gives it: nothing of the platform tells it outright. */
export function isStreamed(response: Response): boolean {
  if (response.body === null || response.headers.has('content-length')) return false;
  if (response.headers.get('transfer-encoding') === 'chunked') return true;
  const type = response.headers.get('content-type');
  // A text or a form gets its type from the platform, a stream gets none.
  return type === null || STREAMED.test(type);
}

/**
 * The same answer, whose end is told: complete, or given up by the client.
 *
 * @param ended told once
 */
export function watchBody(response: Response, ended: (aborted: boolean, error?: unknown) => void): Response {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        ended(false);
        controller.close();
      } catch (error) {
        ended(true, error);
        controller.error(error);
      }
    },
    async cancel(reason) {
      ended(true);
      await reader.cancel(reason);
    },
  });
  return new Response(body, response);
}

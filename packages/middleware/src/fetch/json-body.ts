/** The longest body of which parts are recorded, in bytes; of a longer one none are. */
const JSON_BODY_MAX_BYTES = 262_144;

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i;

/**
 * A copy of a JSON body, to be read beside whoever it is for; undefined where there is none that is worth a look. Called
 * before the body is read. The copy is given up at the bound, so that no more than that waits in memory.
 */
export function copyOfJson(message: Request | Response): Promise<unknown> | undefined {
  if (message.body === null || message.bodyUsed || !JSON_TYPE.test(message.headers.get('content-type') ?? '')) {
    return undefined;
  }
  if (Number(message.headers.get('content-length') ?? 0) > JSON_BODY_MAX_BYTES) return undefined;
  return readJson((message.clone() as { body: ReadableStream<Uint8Array> }).body);
}

/** The value of a JSON text; undefined for one that is none, too long or not complete. */
async function readJson(body: ReadableStream<Uint8Array>): Promise<unknown> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      bytes += step.value.length;
      if (bytes > JSON_BODY_MAX_BYTES) {
        await reader.cancel();
        return undefined;
      }
      text += decoder.decode(step.value, { stream: true });
    }
    return JSON.parse(text + decoder.decode());
  } catch {
    return undefined;
  }
}

/**
 * Results of `read(0)` to `read(count − 1)` in order, with up to `concurrency` of them under way at a time.
 * Rejects with the first failure in order, or with the signal's reason.
 */
export async function* readAhead<T>(
  count: number,
  concurrency: number,
  read: (i: number) => Promise<T>,
  signal?: AbortSignal,
): AsyncGenerator<T> {
  const pending: Promise<T>[] = [];
  let next = 0;
  for (let done = 0; done < count; done++) {
    signal?.throwIfAborted();
    for (; next < count && pending.length < concurrency; next++) {
      const promise = read(next);
      // Reads that are never awaited, because an earlier one failed, must not end the process.
      promise.catch(() => {});
      pending.push(promise);
    }
    yield await pending.shift()!;
  }
}

/**
 * Results of `read(0)` to `read(count − 1)` in order, with up to `concurrency` of them under way at a time; given as a
 * function, it is asked again for each, and says at least 1.
 * Rejects with the first failure in order, or with the signal's reason.
 */
export async function* readAhead<T>(
  count: number,
  concurrency: number | (() => number),
  read: (i: number) => Promise<T>,
  signal?: AbortSignal,
): AsyncGenerator<T> {
  const pending: Promise<T>[] = [];
  let next = 0;
  for (let done = 0; done < count; done++) {
    signal?.throwIfAborted();
    const most = typeof concurrency === 'number' ? concurrency : concurrency();
    for (; next < count && pending.length < most; next++) {
      const promise = read(next);
      // Reads that are never awaited, because an earlier one failed, must not end the process.
      promise.catch(() => {});
      pending.push(promise);
    }
    yield await pending.shift()!;
  }
}

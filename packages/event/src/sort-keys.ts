/**
 * Sorts the keys of an object in place by UTF-16 code units, the order of RFC 8785 (section 3.2.3): insertion sort for
 * the few keys that an event's objects have; the built-in for more, so that no input makes it slow.
 */
export function sortKeys(keys: string[]): void {
  if (keys.length > 24) {
    keys.sort();
    return;
  }
  for (let end = 1; end < keys.length; end++) {
    const key = keys[end] as string;
    let place = end - 1;
    while (place >= 0 && (keys[place] as string) > key) {
      keys[place + 1] = keys[place] as string;
      place--;
    }
    keys[place + 1] = key;
  }
}

/**
 * A text with the hunks of a unified diff applied: written for tests, after the format and not after the writer.
 * @throws Error where a line is not what the diff says it is
 */
export function appliedDiff(before: string, diff: string): string {
  const source = before.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const result: string[] = [];
  let next = 0;
  const rows = diff.split('\n').slice(0, -1);
  for (let row = 0; row < rows.length; row++) {
    const hunk = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$/.exec(rows[row]!);
    if (hunk === null) throw new Error(`no hunk: ${rows[row]}`);
    const [start, count, , newCount] = hunk.slice(1).map(Number) as [number, number, number, number];
    const first = count === 0 ? start : start - 1;
    while (next < first) result.push(source[next++]!);
    let [left, added] = [count, newCount];
    while (left > 0 || added > 0) {
      const [sign, rest] = [rows[++row]![0], rows[row]!.slice(1)];
      const ends = !rows[row + 1]?.startsWith('\\ No newline');
      const line = ends ? `${rest}\n` : rest;
      if (!ends) row++;
      if (sign !== '+') {
        if (source[next++] !== line) throw new Error(`line ${next} is another`);
        left--;
      }
      if (sign !== '-') {
        result.push(line);
        added--;
      }
    }
  }
  return [...result, ...source.slice(next)].join('');
}

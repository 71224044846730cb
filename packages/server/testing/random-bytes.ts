/**
 * Random bytes of a seed (splitmix32), the same ones in every run, and no two calls alike in practice.
 * For tests alone: whoever knows the seed knows them.
 */
export function seededBytes(seed: number): (count: number) => Uint8Array {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 24;
  };
  return (count) => Uint8Array.from({ length: count }, next);
}

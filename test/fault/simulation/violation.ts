/** A guarantee that did not hold in a schedule. */
export class GuaranteeBroken extends Error {
  readonly guarantee: Guarantee;

  constructor(guarantee: Guarantee, detail: string) {
    super(`${guarantee}: ${detail}`);
    this.name = 'GuaranteeBroken';
    this.guarantee = guarantee;
  }
}

export type Guarantee =
  | 'acknowledged events are kept'
  | 'answers are true'
  | 'atomic batches are whole'
  | 'the log follows from the journal'
  | 'one root per size'
  | 'the tree is the tree of its entries'
  | 'receipts verify'
  | 'a replay gives the same'
  | 'reads see acknowledged writes'
  | 'payloads are kept'
  | 'failures are of the known kinds'
  | 'the journal is sealed and trimmed';

export function demand(condition: boolean, guarantee: Guarantee, detail: () => string): asserts condition {
  if (!condition) throw new GuaranteeBroken(guarantee, detail());
}

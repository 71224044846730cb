import { eraseItems, formatSealedItems, isErased, parseSealedItems, type SubjectKeyRange } from '@attestlog/event';
import type { Person, SealedEntry, SealedStore } from '../src/privacy/sealed-store.js';

/** An entry of a tenant. */
export interface SealedRow extends SealedEntry {
  tenant: string;
}

/** A store of sealed entries in memory. The rows are what lies on its stable storage. */
export class MemorySealedStore implements SealedStore {
  readonly rows: SealedRow[];

  constructor(rows: SealedRow[] = []) {
    this.rows = rows;
  }

  async sealedAt(tenant: string, indexes: readonly number[]): Promise<Map<number, string>> {
    const found = this.#of(tenant).filter(({ index, sealed }) => indexes.includes(index) && sealed !== undefined);
    return new Map(found.map(({ index, sealed }) => [index, sealed!]));
  }

  async entriesOf(
    tenant: string,
    person: Person,
    { afterIndex = -1, before, limit }: { afterIndex?: number; before: number; limit: number },
  ): Promise<SealedEntry[]> {
    return this.#of(tenant)
      .filter((row) => row.position < before && row.index > afterIndex && isOf(row, person))
      .sort((a, b) => a.index - b.index)
      .slice(0, limit)
      .map(({ tenant: _, ...entry }) => ({ ...entry }));
  }

  async eraseSealed(tenant: string, keys: readonly SubjectKeyRange[], erasure: string): Promise<void> {
    for (const row of this.#of(tenant)) {
      const items = row.sealed === undefined ? undefined : parseSealedItems(row.sealed);
      const erased = items && eraseItems(items, keys, erasure);
      if (erased !== undefined) row.sealed = formatSealedItems(erased);
    }
  }

  async countErased(tenant: string, erasure: string): Promise<{ entries: number; fields: number }> {
    const fields = this.#of(tenant).map(({ sealed }) =>
      (parseSealedItems(sealed ?? '[]') ?? [])
        .filter((item) => isErased(item) && item.e === erasure)
        .reduce((sum, { f }) => sum + f.length, 0),
    );
    return {
      entries: fields.filter((count) => count > 0).length,
      fields: fields.reduce((sum, count) => sum + count, 0),
    };
  }

  /** The indexes of entries that a search for a blind index finds. */
  withBlind(tenant: string, blind: string): number[] {
    const holds = ({ sealed }: SealedRow) =>
      (parseSealedItems(sealed ?? '[]') ?? []).some((item) => !isErased(item) && item.b.includes(blind));
    return this.#of(tenant)
      .filter(holds)
      .map(({ index }) => index);
  }

  #of(tenant: string): SealedRow[] {
    return this.rows.filter((row) => row.tenant === tenant);
  }
}

function isOf({ entry, sealed }: SealedRow, { subjects, tags }: Person): boolean {
  const { actor } = JSON.parse(Buffer.from(entry).toString('utf8')) as {
    actor?: { id?: string; on_behalf_of?: { id?: string } };
  };
  const ids = [actor?.id, actor?.on_behalf_of?.id];
  const items = parseSealedItems(sealed ?? '[]') ?? [];
  return (
    ids.some((id) => id !== undefined && subjects.includes(id)) ||
    items.some((item) => !isErased(item) && tags.includes(item.s))
  );
}

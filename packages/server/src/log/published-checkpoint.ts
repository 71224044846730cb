/**
 * The document `published.TENANT`: the checkpoint that a log with witnesses shows, with the cosignatures that it got.
 */
export interface PublishedCheckpoint {
  size: number;
  /** The signed note. */
  note: string;
  /** The size that each witness has cosigned last, by the witness's name. */
  witnessed: Record<string, number>;
}

export function publishedKey(tenant: string): string {
  return `published.${tenant}`;
}

/** A legal hold: nothing of a person, or of the whole tenant, may be erased while it is there. `hold.{tenant}.{id}`. */
export interface HoldDocument {
  id: string;
  /** Whose data is held; absent: everybody's. In clear, since it is not to be erased. */
  subject?: string;
  /** The tags that the subject's data may lie under. */
  tags?: string[];
  reason: string;
  /** RFC 3339. */
  set_at: string;
  /** Id of the principal. */
  set_by: string;
}

export function holdPrefix(tenant: string): string {
  return `hold.${tenant}.`;
}

export function holdKey(tenant: string, id: string): string {
  return `${holdPrefix(tenant)}${id}`;
}

/** Whether a hold forbids to erase what lies under these tags. */
export function forbids({ tags: held }: HoldDocument, tags: readonly string[]): boolean {
  return held === undefined || held.some((tag) => tags.includes(tag));
}

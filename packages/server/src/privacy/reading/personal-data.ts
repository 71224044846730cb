import type { Json, Opening } from '@attestlog/event';
import type { Principal } from '../../access/principal.js';
import type { AuditTrail } from '../../audit/audit-trail.js';
import { Problem } from '../../errors.js';
import { from } from '../../failures.js';
import type { StoredEntry } from '../../ports/store.js';
import type { SubjectKeys } from '../keys/subject-keys.js';
import type { TenantKeys } from '../keys/tenant-keys.js';
import type { PrivacyPolicies, PrivacyPolicy } from '../privacy-policies.js';
import type { SearchedSealing } from '../searching/searched-sealing.js';
import { maskField } from './mask-field.js';
import { type EntryToOpen, entryToOpen, type FieldFate, fatesOf, nameOf, referencesOf } from './open-fields.js';

export interface PersonalDataParts {
  tenantKeys: Pick<TenantKeys, 'find'>;
  subjectKeys: Pick<SubjectKeys, 'find'>;
  policies: PrivacyPolicies;
  audit: AuditTrail;
}

/** Who reads. */
export interface PersonalReader {
  principal: Principal;
  address?: string;
  requestId?: string;
  /** Why, in the reader's words. */
  reason?: string;
  /**
   * Whether values of this event are shown unmasked: the reader has `pii:read` for it.
   *
   * @param event the entry, as parsed JSON
   * @param sealed what lies beside it
   * @param sealing how a condition on a sealed field is answered
   */
  mayUnmask: (event: unknown, sealed: string | undefined, sealing: SearchedSealing) => boolean;
}

/** A sealed field as a reader sees it. */
export type ShownField =
  | { readonly pointer: string; readonly state: 'open'; readonly value: Json }
  | { readonly pointer: string; readonly state: 'masked'; readonly value: string }
  | { readonly pointer: string; readonly state: 'erased' | 'missing' };

/** What an unmasking is for: what it says in the tenant's log. */
export type Unmasking = 'pii.read' | 'pii.open' | 'pii.export';

const MAX_TARGETS = 64;

/** Sealed values, for those who may see them, and masked for the others. */
export class PersonalData {
  readonly #parts: PersonalDataParts;

  constructor(parts: PersonalDataParts) {
    this.#parts = parts;
  }

  /**
   * The sealed fields of each entry as the reader sees them; none for an entry without any. Every unmasking is recorded
   * in the tenant's log before a value is handed out.
   *
   * @param isWanted whether the field of an entry that a pointer leads to is shown at all, by the entry's place; absent:
   * all are
   * @throws Problem `reason-missing` when the tenant wants a reason for an unmasking and there is none
   */
  async show(
    tenant: string,
    entries: readonly StoredEntry[],
    reader: PersonalReader,
    isWanted: (place: number, pointer: string) => boolean = () => true,
  ): Promise<ShownField[][]> {
    const opened = (await this.#open(tenant, entries)).map(
      (one, place) => one && { ...one, fates: one.fates.filter(({ pointer }) => isWanted(place, pointer)) },
    );
    if (opened.every((one) => one === undefined)) return opened.map(() => []);
    const policy = await this.#parts.policies.of(tenant);
    const set = await this.#parts.tenantKeys.find(tenant);
    const sealing = { plan: policy.plan, blindKey: set?.blindKey };
    const isFree = opened.map(
      (one, place) => one !== undefined && reader.mayUnmask(one.entry.event, entries[place]!.sealed, sealing),
    );
    await this.#record(
      tenant,
      opened.filter((_, place) => isFree[place]),
      reader,
      'pii.read',
    );
    return opened.map((one, place) =>
      (one?.fates ?? []).map((fate) => shown(fate, isFree[place]!, policy, set?.maskKey)),
    );
  }

  /** Whether a reader sees the values of an entry unmasked. */
  async mayUnmask(tenant: string, { entry, sealed }: StoredEntry, reader: PersonalReader): Promise<boolean> {
    const { plan } = await this.#parts.policies.of(tenant);
    const sealing = { plan, blindKey: (await this.#parts.tenantKeys.find(tenant))?.blindKey };
    return reader.mayUnmask(JSON.parse(Buffer.from(entry).toString('utf8')), sealed, sealing);
  }

  /**
   * The openings of each entry's sealed fields, with which anybody can check its commitments. For those who may see
   * everything that is asked for; recorded as every unmasking.
   *
   * @param as what they are opened for
   */
  async openings(
    tenant: string,
    entries: readonly StoredEntry[],
    reader: Omit<PersonalReader, 'mayUnmask'>,
    as: Unmasking,
  ): Promise<Opening[][]> {
    const opened = await this.#open(tenant, entries);
    await this.#record(tenant, opened, reader, as);
    return opened.map((one) => (one?.fates ?? []).flatMap(openingOf));
  }

  async #open(tenant: string, entries: readonly StoredEntry[]): Promise<(Opened | undefined)[]> {
    const toOpen = entries.map(entryToOpen);
    const references = referencesOf(toOpen.filter((entry) => entry !== undefined));
    const found = references.length === 0 ? [] : await this.#parts.subjectKeys.find(tenant, references);
    const keys = new Map(references.map((reference, place) => [nameOf(reference), found[place]!]));
    return toOpen.map((entry) => entry && { entry, fates: fatesOf(tenant, entry, keys) });
  }

  /** Records whose values are about to be seen; nothing when there are none to be seen. */
  async #record(
    tenant: string,
    opened: readonly (Opened | undefined)[],
    { principal, address, requestId, reason }: Omit<PersonalReader, 'mayUnmask'>,
    action: Unmasking,
  ): Promise<void> {
    const seen = opened.filter((one) => one?.fates.some(({ state }) => state === 'open')) as Opened[];
    if (seen.length === 0) return;
    const { isReasonRequired } = await this.#parts.policies.of(tenant);
    if (isReasonRequired && reason === undefined) throw new Problem('reason-missing');
    const fields = seen.reduce((sum, { fates }) => sum + fates.filter(({ state }) => state === 'open').length, 0);
    const record = this.#parts.audit.record({
      tenant,
      action,
      operation: action === 'pii.export' ? 'execute' : 'read',
      outcome: 'success',
      principal,
      ...(address === undefined ? {} : { address }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(reason === undefined ? {} : { reason }),
      targets: seen.slice(0, MAX_TARGETS).map(({ entry }) => ({ type: 'event', id: entry.id })),
      metadata: { events: seen.length, fields },
    });
    await from('journal', record);
  }
}

interface Opened {
  entry: EntryToOpen;
  fates: FieldFate[];
}

function shown(fate: FieldFate, isFree: boolean, { maskStyle }: PrivacyPolicy, maskKey?: Uint8Array): ShownField {
  const { pointer, state } = fate;
  if (state !== 'open') return { pointer, state };
  if (isFree) return { pointer, state, value: fate.value };
  // Where something is open, the tenant has keys.
  return { pointer, state: 'masked', value: maskField(pointer, fate.value, maskStyle, maskKey!) };
}

/** What a verifier gets: nothing for a field that is missing, and none for one whose erasure nobody knows. */
function openingOf(fate: FieldFate): Opening[] {
  const { pointer } = fate;
  if (fate.state === 'open') return [{ pointer, salt: fate.salt, value: fate.value }];
  return fate.state === 'erased' && fate.erasure !== undefined ? [{ pointer, erasure: fate.erasure }] : [];
}

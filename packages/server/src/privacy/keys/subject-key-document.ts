import { PortFailure } from '../../ports/failure.js';
import { closeBox, NONCE_BYTES, openBox } from './box.js';
import { bound, hmacSha256, hmacTag } from './hmac.js';
import type { RandomBytes, TenantKeySet } from './tenant-key-document.js';

/** The key of a subject in the registry: `subject-key.{tenant}.{tag}`. */
export interface SubjectKeyDocument {
  /** Number of the key: 1 for the first one, one more after each erasure. Where there is no key: of the last one. */
  generation: number;
  /** The key, in a box of the tenant's key; absent: it was destroyed. */
  key?: { version: number; box: string };
  /** The erasures that destroyed keys, the last ones: through which generation, and the id of each. */
  erasures?: { through: number; id: string }[];
}

/** A subject's key, unwrapped. */
export interface SubjectKey {
  /** Names the subject where its id must not stand. */
  readonly tag: string;
  readonly generation: number;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

const MAX_ERASURES = 16;

/** The tag of a subject: a keyed hash, so that nobody can tell from a tag whose it is without the tenant's key. */
export function tagOf({ tagKey }: Pick<TenantKeySet, 'tagKey'>, subject: string): string {
  return hmacTag(tagKey, `attestlog/tag/v1\0${subject}`);
}

export function subjectKeyPrefix(tenant: string): string {
  return `subject-key.${tenant}.`;
}

export function subjectKeyKey(tenant: string, tag: string): string {
  return `${subjectKeyPrefix(tenant)}${tag}`;
}

/** Closes a subject's key in a box of the tenant's current key. */
export function closeSubjectKey(
  tenant: string,
  { tag, generation, key }: SubjectKey,
  { current, versions }: TenantKeySet,
  random: RandomBytes,
): NonNullable<SubjectKeyDocument['key']> {
  const boundTo = context(tenant, current, tag, generation);
  const box = closeBox(boxKey(versions.get(current)!, tag, generation), random(NONCE_BYTES), key, boundTo);
  return { version: current, box: box.toString('base64') };
}

/** @throws PortFailure `corrupt`, also when the version of the tenant's key is gone */
export function openSubjectKey(
  tenant: string,
  tag: string,
  generation: number,
  { version, box }: NonNullable<SubjectKeyDocument['key']>,
  { versions }: TenantKeySet,
): SubjectKey {
  const tenantKey = versions.get(version);
  const boundTo = context(tenant, version, tag, generation);
  const key = tenantKey && openBox(boxKey(tenantKey, tag, generation), Buffer.from(box, 'base64'), boundTo);
  if (key === undefined) throw new PortFailure('corrupt', `the key of subject ${tag} cannot be opened`);
  return { tag, generation, key };
}

/** What is left of a document when its key is destroyed: its number, so that it is never given again. */
export function destroyedDocument(
  { generation, erasures = [] }: SubjectKeyDocument,
  erasure: string,
): SubjectKeyDocument {
  return { generation, erasures: [...erasures, { through: generation, id: erasure }].slice(-MAX_ERASURES) };
}

/** The erasure that destroyed the key of this generation; undefined when none is known to have. */
export function erasureOf({ erasures = [] }: SubjectKeyDocument, generation: number): string | undefined {
  return erasures.find(({ through }) => generation <= through)?.id;
}

/** A key of its own for each subject, generation and tenant key: it closes one box, or a few where several race. */
function boxKey(tenantKey: Uint8Array, tag: string, generation: number): Buffer {
  return hmacSha256(tenantKey, bound('subject-key/v1', tag, generation));
}

function context(tenant: string, version: number, tag: string, generation: number): string {
  return bound('subject-key/v1', tenant, version, tag, generation);
}

import { PortFailure } from '../../ports/failure.js';
import { closeBox, NONCE_BYTES, openBox } from './box.js';
import { bound, hmacSha256 } from './hmac.js';

/** Chance, as it comes in: so many random bytes. */
export type RandomBytes = (count: number) => Uint8Array;

export const KEY_BYTES = 32;
export const TENANT_KEY_PREFIX = 'tenant-key.';

/** The keys of a tenant in the registry: `tenant-key.{tenant}`. */
export type TenantKeyDocument = LiveTenantKey | DestroyedTenantKey;

export interface LiveTenantKey {
  /** Version of the key that wraps subject keys now. */
  current: number;
  /** Each version that may still wrap something, itself wrapped by the master key; base64. */
  wrapped: Record<string, string>;
  /** Since when a version wraps nothing new: RFC 3339. */
  retired: Record<string, string>;
  /** The index key, in a box of one of the versions. It outlives them: tags and blind indexes rest on it. */
  index: { version: number; box: string };
  /** Id of the master key that wrapped last. */
  master: string;
}

/** What is left when a tenant's keys were destroyed, and with them everything that was sealed. */
export interface DestroyedTenantKey {
  destroyed_at: string;
}

export function isDestroyedTenant(document: TenantKeyDocument): document is DestroyedTenantKey {
  return 'destroyed_at' in document;
}

/** A tenant's keys, unwrapped. */
export interface TenantKeySet {
  readonly current: number;
  readonly versions: ReadonlyMap<number, Uint8Array>;
  readonly indexKey: Uint8Array;
  /** Makes the tags of subjects. */
  readonly tagKey: Uint8Array;
  /** Makes the blind index. */
  readonly blindKey: Uint8Array;
  /** Makes the hashes that stand for values where a mask is to tell equal ones: never those of the blind index. */
  readonly maskKey: Uint8Array;
}

export function tenantKeyKey(tenant: string): string {
  return `${TENANT_KEY_PREFIX}${tenant}`;
}

/** What a version of a tenant's key is bound to when the master key wraps it. */
export function masterContext(tenant: string, version: number): string {
  return `tenant-key:${tenant}:${version}`;
}

export function tenantKeySet(
  current: number,
  versions: ReadonlyMap<number, Uint8Array>,
  indexKey: Uint8Array,
): TenantKeySet {
  const tagKey = hmacSha256(indexKey, bound('tag-key/v1'));
  const blindKey = hmacSha256(indexKey, bound('blind-key/v1'));
  const maskKey = hmacSha256(indexKey, bound('mask-key/v1'));
  return { current, versions, indexKey, tagKey, blindKey, maskKey };
}

/** @param version the version of the tenant's key whose box it is */
export function closeIndexKey(
  tenant: string,
  version: number,
  tenantKey: Uint8Array,
  indexKey: Uint8Array,
  random: RandomBytes,
): LiveTenantKey['index'] {
  const box = closeBox(boxKey(tenantKey), random(NONCE_BYTES), indexKey, indexContext(tenant, version));
  return { version, box: box.toString('base64') };
}

/** @throws PortFailure `corrupt` */
export function openIndexKey(
  tenant: string,
  { version, box }: LiveTenantKey['index'],
  versions: ReadonlyMap<number, Uint8Array>,
): Uint8Array {
  const tenantKey = versions.get(version);
  const context = indexContext(tenant, version);
  const opened = tenantKey && openBox(boxKey(tenantKey), Buffer.from(box, 'base64'), context);
  if (opened === undefined) throw new PortFailure('corrupt', `the index key of tenant ${tenant} cannot be opened`);
  return opened;
}

function boxKey(tenantKey: Uint8Array): Buffer {
  return hmacSha256(tenantKey, bound('index-key/v1'));
}

function indexContext(tenant: string, version: number): string {
  return bound('index-key/v1', tenant, version);
}

import { isPlainObject } from '@attestlog/event';

/** Where a record of a dialect says whose it is, outermost member first. */
const places: Readonly<Record<string, readonly string[]>> = {
  cloudevents: ['tenantid'],
  ocsf: ['metadata', 'tenant_uid'],
};

/** OTLP: the attribute of the resource. */
const RESOURCE_ATTRIBUTE = 'tenant.id';

export interface NamedTenant {
  readonly tenant: unknown;
  /** JSON Pointer to the member. */
  readonly pointer: string;
}

/** The tenant that a record itself names; undefined where it names none. Whose it is, the credential decides. */
export function namedTenant(dialect: string, record: unknown): NamedTenant | undefined {
  if (dialect === 'otlp') return ofResource(record);
  const path = places[dialect];
  const tenant = path && valueAt(record, path);
  return path === undefined || tenant === undefined || tenant === null
    ? undefined
    : { tenant, pointer: `/${path.join('/')}` };
}

function valueAt(record: unknown, path: readonly string[]): unknown {
  let value = record;
  for (const name of path) value = isPlainObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}

function ofResource(record: unknown): NamedTenant | undefined {
  const attributes = valueAt(record, ['resourceLogs', 'resource', 'attributes']);
  if (!Array.isArray(attributes)) return undefined;
  const at = attributes.findIndex((attribute) => valueAt(attribute, ['key']) === RESOURCE_ATTRIBUTE);
  if (at === -1) return undefined;
  const tenant = valueAt(attributes[at], ['value', 'stringValue']);
  return { tenant, pointer: `/resourceLogs/resource/attributes/${at}` };
}

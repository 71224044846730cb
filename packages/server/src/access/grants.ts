import { allOf, anyOf, type Filter } from '@attestlog/event';
import { z } from 'zod';
import { permissionsOfClaim } from './permission-claims.js';
import { isPermission, type Permission, permissions } from './permissions.js';
import { readFilter } from './read-filter.js';

/** For which tenants a grant holds: that of its holder, or all of them and the deployment itself. */
export type Reach = 'own' | 'all';

/**
 * Which events a grant is about. Of several conditions all must hold, of the values of one condition one. `modules` are
 * source services or categories, `resources` types of targets; `own`: the holder is the actor; `filter`: in the search
 * syntax.
 */
export interface Conditions {
  modules?: readonly string[];
  resources?: readonly string[];
  own?: true;
  filter?: string;
}

/** One permission, for some tenants, for some events; without conditions for all events. */
export interface Grant {
  permission: Permission;
  reach: Reach;
  conditions?: Conditions;
}

/** Permissions that conditions can narrow, since they are about events one by one. */
export const CONDITIONAL: ReadonlySet<Permission> = new Set<Permission>([
  'events:read',
  'events:stream',
  'events:export',
  'pii:read',
]);

/** Permissions that hand events out without looking at each: whoever may read some events only does not get them. */
export const WHOLE: ReadonlySet<Permission> = new Set<Permission>(['log:entries', 'privacy:export']);

export const MAX_VALUES = 32;
export const MAX_VALUE_CHARS = 128;
export const MAX_FILTER_CHARS = 2048;
export const MAX_GRANTS = 32;

const value = z.string().min(1).max(MAX_VALUE_CHARS);
const values = z.array(value).min(1).max(MAX_VALUES);
const permission = z
  .string()
  .refine(isPermission, { error: 'There is no such permission.' })
  .transform((text) => text as Permission);

/** A grant as it stands in a role's document: several permissions under the same conditions. */
export const grantSchema = z
  .strictObject({
    permissions: z
      .array(permission)
      .min(1)
      .max(Object.keys(permissions).length)
      .describe('What is allowed, as resource:action.'),
    tenants: z
      .enum(['own', 'all'])
      .default('own')
      .describe('For the tenant of the holder, or for all; all only in roles of the deployment.'),
    modules: values.describe('Only events whose source.service or category is one of these.').optional(),
    resources: values.describe('Only events with a target of one of these types.').optional(),
    own: z.literal(true).describe('Only events whose actor is the holder.').optional(),
    filter: z
      .string()
      .min(1)
      .max(MAX_FILTER_CHARS)
      .describe('Only events that this filter finds, in the search syntax; @me is the holder.')
      .optional(),
  })
  .superRefine((grant, context) => {
    if (conditionsOf(grant) === undefined) return;
    const whole = grant.permissions.find((name) => isPermission(name) && !CONDITIONAL.has(name));
    if (whole === undefined) return;
    context.addIssue({
      code: 'custom',
      path: ['permissions'],
      message: `${whole} cannot be narrowed by conditions; put it into a grant without them.`,
    });
  })
  .describe('Permissions, for some tenants, and for some events where conditions are given.');
export type GrantDocument = z.infer<typeof grantSchema>;

/** The single grants of a document's grants. A role of a tenant never reaches beyond it, whatever its document says. */
export function grantsOf(documents: readonly GrantDocument[], scope: string | undefined): Grant[] {
  return documents.flatMap((document) => {
    const conditions = conditionsOf(document);
    const reach = scope === undefined ? document.tenants : 'own';
    return document.permissions.flatMap((permission): Grant[] => {
      if (conditions === undefined) return [{ permission, reach }];
      return CONDITIONAL.has(permission) ? [{ permission, reach, conditions }] : [];
    });
  });
}

/** The conditions of a document's grant; undefined when it has none. */
export function conditionsOf({ modules, resources, own, filter }: Partial<GrantDocument>): Conditions | undefined {
  if (modules === undefined && resources === undefined && own === undefined && filter === undefined) return undefined;
  return {
    ...(modules === undefined ? {} : { modules }),
    ...(resources === undefined ? {} : { resources }),
    ...(own === undefined ? {} : { own }),
    ...(filter === undefined ? {} : { filter }),
  };
}

/**
 * The filter that the conditions mean for this holder; undefined when they cannot be understood, so that the grant
 * gives nothing.
 */
export function filterOf({ modules, resources, own, filter }: Conditions, me: string): Filter | undefined {
  const read = filter === undefined ? undefined : readFilter(filter, me);
  if (read?.ok === false) return undefined;
  return allOf(
    ...(modules === undefined ? [] : [anyOf(is('source.service', modules), is('category', modules))]),
    ...(resources === undefined ? [] : [is('targets.type', resources)]),
    ...(own === undefined ? [] : [is('actor.id', [me])]),
    ...(read === undefined ? [] : [read.filter]),
  );
}

/** Fields whose type is keyword: their values need no reading. */
function is(field: 'source.service' | 'category' | 'targets.type' | 'actor.id', values: readonly string[]): Filter {
  return { op: 'is', field, values };
}

/** The permissions that grants give in a module, for some of its events at least; in the order of their names. */
export function modulePermissions(grants: readonly Grant[], moduleCode: string): Permission[] {
  const given = grants.filter(({ conditions }) => conditions?.modules?.includes(moduleCode) ?? true);
  return [...new Set(given.map(({ permission }) => permission))].sort();
}

/** Grants without conditions of the permissions that are named, also in the words of other systems' tokens. */
export function directGrants(claims: readonly string[], reach: Reach): Grant[] {
  return claims.flatMap((claim) => permissionsOfClaim(claim).map((permission) => ({ permission, reach })));
}

import { builtinRole } from './builtin-roles.js';
import { type Grant, grantsOf } from './grants.js';
import { ROLE_NAME, type RoleDocument, type RoleScope, roleKey } from './role-document.js';

/** Roles that are looked at for one principal, at most; the others give nothing. */
export const MAX_ROLES_RESOLVED = 64;

/** What is known of role documents: undefined for one that is not there. A key that is absent was not read yet. */
export type KnownRoles = ReadonlyMap<string, RoleDocument | undefined>;

/** The grants of some roles; or, while documents are not known yet, the keys of those to read first. */
export type Resolution =
  | { missing: readonly string[] }
  | { missing?: undefined; grants: Grant[]; keys: ReadonlySet<string>; unknown: readonly string[] };

interface Reference {
  scope: RoleScope;
  name: string;
}

/**
 * What these roles give in a scope, with all that they inherit. Pure: it says which documents it needs until it has all.
 *
 * A name means the deployment's built-in role, or else the scope's own role, or else the deployment's role. A role of the
 * deployment inherits roles of the deployment only. A role that is met again, also in a circle, counts once.
 *
 * `keys` are the documents that the answer rests on, those that are absent included; `unknown` the names without a role.
 */
export function resolveRoles(names: readonly string[], scope: RoleScope, known: KnownRoles): Resolution {
  const grants: Grant[] = [];
  const keys = new Set<string>();
  const missing: string[] = [];
  const unknown: string[] = [];
  const queue: Reference[] = names.map((name) => ({ scope, name }));
  const met = new Set<string>();
  for (let next = queue.shift(); next !== undefined && met.size < MAX_ROLES_RESOLVED; next = queue.shift()) {
    const id = `${next.scope ?? '_system'}.${next.name}`;
    if (met.has(id)) continue;
    met.add(id);
    const found = findRole(next, known, keys);
    if (found === undefined) unknown.push(next.name);
    else if (typeof found === 'string') missing.push(found);
    else {
      grants.push(...found.grants);
      queue.push(...found.inherits.map((name) => ({ scope: found.scope, name })));
    }
  }
  return missing.length > 0 ? { missing } : { grants, keys, unknown };
}

interface FoundRole {
  scope: RoleScope;
  grants: readonly Grant[];
  inherits: readonly string[];
}

/** The role; undefined when there is none; or the key of the document that has to be read to say it. */
function findRole({ scope, name }: Reference, known: KnownRoles, keys: Set<string>): FoundRole | string | undefined {
  const builtin = builtinRole(name);
  if (builtin !== undefined) return { scope, grants: builtin.grants, inherits: [] };
  // Names come from tokens too: nothing of them gets into a key unchecked.
  if (!ROLE_NAME.test(name)) return undefined;
  for (const place of scope === undefined ? [undefined] : [scope, undefined]) {
    const key = roleKey(place, name);
    if (!known.has(key)) return key;
    keys.add(key);
    const document = known.get(key);
    if (document !== undefined) {
      return { scope: place, grants: grantsOf(document.grants ?? [], place), inherits: document.inherits ?? [] };
    }
  }
  return undefined;
}

/** What is wrong with how roles inherit: a circle, in its order, or the longest chain where it is too long. */
export type GraphFault = { circle: string[] } | { chain: string[] };

/**
 * Looks at how the roles of one scope inherit each other, as they would be after a change.
 * @param inherits for each role the names that it inherits; what is absent inherits nothing
 */
export function graphFault(inherits: ReadonlyMap<string, readonly string[]>, maxDepth: number): GraphFault | undefined {
  const longest = new Map<string, string[]>();
  const walk = (name: string, path: readonly string[]): GraphFault | undefined => {
    if (path.includes(name)) return { circle: [...path.slice(path.indexOf(name)), name] };
    if (longest.has(name)) return undefined;
    let below: string[] = [];
    for (const next of inherits.get(name) ?? []) {
      const fault = walk(next, [...path, name]);
      if (fault !== undefined) return fault;
      const chain = longest.get(next)!;
      if (chain.length > below.length) below = chain;
    }
    longest.set(name, [name, ...below]);
    return undefined;
  };
  for (const name of inherits.keys()) {
    const fault = walk(name, []);
    if (fault !== undefined) return fault;
  }
  const chain = [...longest.values()].find(({ length }) => length > maxDepth);
  return chain === undefined ? undefined : { chain };
}

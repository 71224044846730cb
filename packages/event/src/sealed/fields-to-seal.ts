import { canonicalJson } from '../canonical-json.js';
import { jsonPointer, pointerSegments } from '../json-pointer.js';
import type { Json } from '../json-value.js';
import { type Form, normalForm } from './normal-form.js';
import { formOf, type PlannedField, type SealingPlan } from './sealing-plan.js';
import { subjectOfParty, subjectOfValue } from './subject.js';

/** A value of an event that is to be sealed. */
export interface FieldToSeal {
  /** Where it stands in the event (RFC 6901). */
  readonly pointer: string;
  readonly path: readonly string[];
  readonly value: Json;
  /** Whose it is. */
  readonly subject: string;
  /** Name of the field and normal form of the value, for the blind index; undefined: not to be found by its value. */
  readonly search: { readonly field: string; readonly text: string } | undefined;
}

type Event = Readonly<Record<string, unknown>>;

const ACTOR = ['actor'];
const ON_BEHALF_OF = ['actor', 'on_behalf_of'];

/**
 * The values of an event that a policy seals, and those at further places, such as a detector names. A value within
 * another one that is sealed is not named again. What is absent or null is not sealed: there is nothing to hide.
 *
 * @param event as the client sent it, checked
 * @param further JSON pointers of further values
 */
export function fieldsToSeal(event: Event, plan: SealingPlan, further: readonly string[] = []): FieldToSeal[] {
  const fields: FieldToSeal[] = [];
  for (const planned of plan) {
    if (planned.hasStar) findAll(event, planned, fields);
    else findOne(event, planned, fields);
  }
  for (const pointer of further) {
    const segments = pointerSegments(pointer);
    if (segments === undefined || segments.length === 0) continue;
    const form = formOf(pointer);
    findOne(event, { path: pointer, segments, hasStar: false, subject: undefined, form, search: false }, fields);
  }
  return mayOverlap(fields) ? withoutInner(fields) : fields;
}

/** The subjects of fields, each once. */
export function subjectsOf(fields: readonly FieldToSeal[]): string[] {
  return [...new Set(fields.map(({ subject }) => subject))];
}

/** A field without stars: the way that most fields are found, and the short one. */
function findOne(event: Event, planned: PlannedField, fields: FieldToSeal[]): void {
  const value = at(event, planned.segments);
  if (value === undefined || value === null) return;
  fields.push(fieldOf(event, planned.path, planned.segments, value as Json, [], planned));
}

/** The same for a field with stars, each of which leads to every item of a list. */
function findAll(event: Event, planned: PlannedField, fields: FieldToSeal[]): void {
  const step = (value: unknown, path: readonly string[], stars: readonly string[]): void => {
    const segment = planned.segments[path.length];
    if (segment === undefined) {
      if (value !== null) fields.push(fieldOf(event, jsonPointer(path), path, value as Json, stars, planned));
    } else if (segment === '*' && Array.isArray(value)) {
      for (const index of value.keys()) step(value[index], [...path, String(index)], [...stars, String(index)]);
    } else {
      const member = memberOf(value, segment);
      if (member !== undefined) step(member, [...path, segment], stars);
    }
  };
  step(event, [], []);
}

function fieldOf(
  event: Event,
  pointer: string,
  path: readonly string[],
  value: Json,
  stars: readonly string[],
  planned: PlannedField,
): FieldToSeal {
  const subject = subjectOf(event, path, value, stars, planned);
  const search = planned.search ? searchOf(planned.path, value, planned.form) : undefined;
  return { pointer, path, value, subject, search };
}

/** Whose a value is: of whom the policy says, of the party that it stands in, of the actor, or of whom it names itself. */
function subjectOf(
  event: Event,
  path: readonly string[],
  value: Json,
  stars: readonly string[],
  planned: PlannedField,
): string {
  const named = planned.subject === undefined ? undefined : namedSubject(event, planned.subject, stars);
  if (named !== undefined) return named;
  const isBehalf = path[0] === 'actor' && path[1] === 'on_behalf_of';
  return subjectOfParty(at(event, isBehalf ? ON_BEHALF_OF : ACTOR)) ?? subjectOfValue(value, planned.form);
}

function namedSubject(event: Event, segments: readonly string[], stars: readonly string[]): string | undefined {
  let star = 0;
  const path = segments.map((segment) => (segment === '*' ? (stars[star++] ?? segment) : segment));
  const name = at(event, path);
  if (typeof name === 'number') return String(name);
  if (typeof name !== 'string' || name === '') return undefined;
  return normalForm(name, formOf(segments.at(-1) as string));
}

function searchOf(field: string, value: Json, form: Form): FieldToSeal['search'] {
  if (typeof value === 'string') return { field, text: normalForm(value, form) };
  return typeof value === 'object' ? undefined : { field, text: canonicalJson(value) };
}

function at(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const segment of path) value = memberOf(value, segment);
  return value;
}

function memberOf(value: unknown, segment: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return /^(?:0|[1-9]\d{0,8})$/.test(segment) ? value[Number(segment)] : undefined;
  return Object.hasOwn(value, segment) ? (value as Record<string, unknown>)[segment] : undefined;
}

const FEW_FIELDS = 8;

/** Whether one of the fields may lie within another one, or be there twice. Of a few, as most events have, it is certain. */
function mayOverlap(fields: readonly FieldToSeal[]): boolean {
  if (fields.length > FEW_FIELDS) return true;
  for (const { pointer } of fields) {
    let equal = 0;
    for (const { pointer: outer } of fields) {
      if (!pointer.startsWith(outer)) continue;
      if (pointer.length === outer.length) equal += 1;
      else if (pointer[outer.length] === '/') return true;
    }
    if (equal > 1) return true;
  }
  return false;
}

/** Without repetitions, and without what lies within another one. */
function withoutInner(fields: readonly FieldToSeal[]): FieldToSeal[] {
  const pointers = new Set(fields.map(({ pointer }) => pointer));
  const isInner = ({ pointer }: FieldToSeal) => {
    for (let end = pointer.lastIndexOf('/'); end > 0; end = pointer.lastIndexOf('/', end - 1)) {
      if (pointers.has(pointer.slice(0, end))) return true;
    }
    return false;
  };
  // What is left in the set is yet to be taken, so that one which two rules name is taken once.
  const outer = fields.filter((field) => !isInner(field));
  return outer.filter(({ pointer }) => pointers.delete(pointer));
}

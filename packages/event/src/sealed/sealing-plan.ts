import { pointerSegments } from '../json-pointer.js';
import type { Form } from './normal-form.js';
import type { SealingPolicy } from './sealing-policy.js';

/** A field of a policy, prepared for many events. */
export interface PlannedField {
  /** As the policy names it: what the blind index calls the field. */
  readonly path: string;
  readonly segments: readonly string[];
  /** Whether one of the segments stands for every item of a list. */
  readonly hasStar: boolean;
  /** The way to the field that names the subject; undefined: the actor. */
  readonly subject: readonly string[] | undefined;
  readonly form: Form;
  readonly search: boolean;
}

/** Fields to seal, the outer ones before those within them. */
export type SealingPlan = readonly PlannedField[];

/** Prepares a policy. @throws RangeError for one that the schema refuses */
export function sealingPlan(policy: SealingPolicy): SealingPlan {
  return policy.fields
    .map(({ path, subject, form = formOf(path), search = true }) => {
      const segments = segmentsOf(path);
      const subjectPath = subject === undefined ? undefined : segmentsOf(subject);
      return { path, segments, hasStar: segments.includes('*'), subject: subjectPath, form, search };
    })
    .sort((a, b) => a.segments.length - b.segments.length);
}

/** How the values of a field are compared, by its name. */
export function formOf(path: string): Form {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (name === 'email' || name.endsWith('_email')) return 'email';
  return name === 'ip' || name.endsWith('_ip') ? 'ip' : 'text';
}

function segmentsOf(path: string): string[] {
  const segments = pointerSegments(path);
  if (segments === undefined) throw new RangeError(`not a JSON pointer: ${path}`);
  return segments;
}

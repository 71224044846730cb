import { type FieldProblem, problem } from '../problem.js';
import type { EventInput } from '../schema.js';
import { DETECTED_KEY } from './detected-key.js';
import type { DetectionActions } from './detection-actions.js';
import type { DetectionKind } from './finding.js';
import { type KeyedHashHex, type MaskStyle, maskValue } from './mask-value.js';
import type { EventFinding, EventScan } from './scan-event.js';

const PROBLEMS_MAX_ITEMS = 20;

export interface AppliedDetections {
  /** The event with masks and flags; the same object where there are none. What it was is not changed. */
  readonly event: EventInput;
  /** Pointers of the values to seal, each once. They stand in {@link event} with their masks, if they have any. */
  readonly toSeal: readonly string[];
  /** Why the event is refused; empty: it is not. None of its content. */
  readonly problems: readonly FieldProblem[];
}

export interface MaskOptions {
  readonly style?: MaskStyle;
  /** For the style `hash`; without one, that masks as `full`. */
  readonly hash?: KeyedHashHex;
}

/**
 * Does with what was found as the policy says for its kind: `refuse` the event, `mask` it in the text, name the value to
 * `seal`, `flag` the event by the number of findings under `metadata.$detected`. A kind without an action is left alone.
 * An event that was not looked at to its end is flagged with `incomplete`, when anything at all is looked for.
 *
 * The same event and the same actions give the same event: a repeat is a repeat.
 */
export function applyDetections(
  event: EventInput,
  scan: EventScan,
  actions: DetectionActions,
  options: MaskOptions = {},
): AppliedDetections {
  const withAction = (action: string) => scan.findings.filter(({ kind }) => actions[kind] === action);
  const problems = withAction('refuse').slice(0, PROBLEMS_MAX_ITEMS).map(refusal);
  const toSeal = [...new Set(withAction('seal').map(({ pointer }) => pointer))];
  const isLookedFor = Object.values(actions).some((action) => action !== undefined && action !== 'ignore');
  const flags = flagsOf(withAction('flag'), isLookedFor && !scan.complete);
  const toMask = byValue(withAction('mask'));
  let applied = event;
  if (toMask.length > 0) {
    const copy = new ChangedCopy(event);
    for (const group of toMask) copy.change(group[0].path, (value) => maskedText(value, group, options));
    applied = copy.root as EventInput;
  }
  if (flags !== undefined) applied = { ...applied, metadata: { ...applied.metadata, [DETECTED_KEY]: flags } };
  return { event: applied, toSeal, problems };
}

function refusal({ kind, pointer }: EventFinding): FieldProblem {
  return problem('personal-data', pointer, `The value holds what looks like ${names[kind]}, which the policy refuses.`);
}

const names: Record<DetectionKind, string> = {
  email: 'an e-mail address',
  phone: 'a telephone number',
  credit_card: 'a card number',
  iban: 'an account number (IBAN)',
  us_ssn: 'a social security number',
  ip_address: 'an IP address',
  jwt: 'a JSON web token',
  api_key: 'a key for an API',
  private_key: 'a private key',
  url_password: 'a password in a URL',
};

function flagsOf(
  findings: readonly EventFinding[],
  isIncomplete: boolean,
): Record<string, number | boolean> | undefined {
  if (findings.length === 0 && !isIncomplete) return undefined;
  const counts: Record<string, number | boolean> = {};
  for (const { kind } of findings) counts[kind] = Number(counts[kind] ?? 0) + 1;
  return isIncomplete ? { ...counts, incomplete: true } : counts;
}

/** The findings of each value, which lie one after the other in their order. */
function byValue(findings: readonly EventFinding[]): [EventFinding, ...EventFinding[]][] {
  const groups: [EventFinding, ...EventFinding[]][] = [];
  for (const finding of findings) {
    const last = groups.at(-1);
    if (last?.[0].pointer === finding.pointer) last.push(finding);
    else groups.push([finding]);
  }
  return groups;
}

function maskedText(value: unknown, group: readonly EventFinding[], { style = 'partial', hash }: MaskOptions): string {
  const text = String(value);
  let result = '';
  let done = 0;
  for (const { kind, start, end } of group) {
    result += text.slice(done, start) + maskValue(kind, text.slice(start, end), style, hash);
    done = end;
  }
  return result + text.slice(done);
}

/** A copy of a JSON value that is made as far as it is changed: each object on the way to a change is copied once. */
class ChangedCopy {
  readonly root: object;
  readonly #own = new Set<object>();

  constructor(original: object) {
    this.root = this.#copy(original);
  }

  change(path: readonly (string | number)[], change: (value: unknown) => unknown): void {
    let parent = this.root;
    for (const step of path.slice(0, -1)) {
      let child = memberOf(parent, step) as object;
      if (!this.#own.has(child)) {
        child = this.#copy(child);
        setMember(parent, step, child);
      }
      parent = child;
    }
    const last = path.at(-1)!;
    setMember(parent, last, change(memberOf(parent, last)));
  }

  #copy(original: object): object {
    const copy = Array.isArray(original) ? [...original] : { ...original };
    this.#own.add(copy);
    return copy;
  }
}

function memberOf(parent: object, step: string | number): unknown {
  return (parent as Record<string | number, unknown>)[step];
}

/** The member is there already, also one that is named `__proto__`: so this changes it, and not the prototype. */
function setMember(parent: object, step: string | number, value: unknown): void {
  (parent as Record<string | number, unknown>)[step] = value;
}

import { anyOf, type Filter, negate, printFilter } from '@attestlog/event';
import type { Clarification, Having, Intent, NotUnderstood, Understood } from '../question.js';
import type { Noun } from '../vocabulary/nouns.js';
import type { Verb } from '../vocabulary/verbs.js';
import type { Item } from './item.js';
import type { CanAsk } from './party.js';

export type Group =
  | ('actor' | 'target' | 'verb' | 'noun' | 'outcome' | 'severity' | 'category' | 'data' | 'topic' | 'network')
  | ('class' | 'field' | 'text' | 'quantity' | 'change');

interface Finding {
  readonly group: Group;
  alternatives: Filter[];
  readonly isNegated: boolean;
  /** The noun whose condition gives way when a verb says the same. */
  readonly noun?: string;
}

/** What is known of a question while it is read from left to right. */
export class Draft {
  readonly findings: Finding[] = [];
  readonly verbs: Verb[] = [];
  readonly understood: Understood[] = [];
  readonly notUnderstood: NotUnderstood[] = [];
  readonly clarifications: Clarification[] = [];
  intent: Intent = 'list';
  per: string | undefined;
  limit: number | undefined;
  order: 'newest' | 'oldest' = 'newest';
  having: Having | undefined;
  windowSeconds: number | undefined;
  /** The last preposition that nothing has followed yet. */
  preposition: string | undefined;
  /** `not` or `except` stands before what comes next. */
  isNegated = false;
  /** `or` or `and` stands before what comes next. */
  isJoined = false;
  /** `which`, `how many`: the next noun is what is asked for. */
  isSubjectNext = false;
  /** The field that a comparison is about: `amount` in `amount over 900`. */
  field: string | undefined;
  /** What of a thing was changed: `status` in `changed the status`. */
  property: { readonly name: string; readonly item: Item } | undefined;
  isAboutMoney = false;
  /** What the last name was of: `host` in `host db-1 or db-2`. */
  lastNamed: Noun | undefined;
  /** By what those who act are told apart, where a number of events is asked of them: "users locked out twice". */
  subjectPer: string | undefined;
  /** Conclusions that could be wrong: corrected words, nouns that no table has. */
  guesses = 0;
  readonly canAsk: CanAsk;
  readonly #question: string;

  /** @param question the whole of it, in which items have their places */
  constructor(question: string, canAsk: CanAsk) {
    this.#question = question;
    this.canAsk = canAsk;
  }

  /** Adds a condition, with the `not` and the `or` that stand before it. */
  add(group: Group, filter: Filter, items: Item | readonly Item[], details: { noun?: string } = {}): void {
    const last = this.findings.at(-1);
    const isAlternative = this.isJoined && last?.group === group && (!this.isNegated || last.isNegated);
    if (isAlternative) last.alternatives.push(filter);
    else this.findings.push({ group, alternatives: [filter], isNegated: this.isNegated, ...details });
    const isNegated = isAlternative ? last.isNegated : this.isNegated;
    this.say(items, printFilter(isNegated ? negate(filter) : filter));
    this.settle();
  }

  /** What stood before has found what it belongs to. */
  settle(): void {
    this.isNegated = false;
    this.isJoined = false;
    this.preposition = undefined;
  }

  say(items: Item | readonly Item[], as: string): void {
    const list = Array.isArray(items) ? (items as readonly Item[]) : [items as Item];
    const first = list[0]!;
    const text = this.#question.slice(first.offset, list.at(-1)!.end);
    this.understood.push({ text, offset: first.offset, as });
  }

  miss(item: Item): void {
    this.notUnderstood.push({ text: this.#question.slice(item.offset, item.end), offset: item.offset });
    this.preposition = undefined;
    this.isJoined = false;
  }

  /** A stronger word decides what is asked: "show who was the last" asks for the last. */
  ask(intent: Intent): void {
    if (STRENGTH.indexOf(intent) >= STRENGTH.indexOf(this.intent)) this.intent = intent;
  }

  hasVerb(...names: readonly string[]): boolean {
    return this.verbs.some(({ name }) => names.includes(name));
  }

  lastGroup(): Group | undefined {
    return this.findings.at(-1)?.group;
  }
}

const STRENGTH: readonly Intent[] = ['list', 'what', 'which', 'when', 'who', 'count', 'first', 'last', 'top'];

/** The condition of a finding. Alternatives of one field are one list. */
export function filterOfFinding({ alternatives, isNegated }: Finding): Filter {
  const filter = listOf(alternatives) ?? anyOf(...alternatives);
  return isNegated ? negate(filter) : filter;
}

/** Networks as one list of networks, values of one field as one list of values; undefined where they are neither. */
function listOf(alternatives: readonly Filter[]): Filter | undefined {
  const networks = alternatives.flatMap((filter) => (filter.op === 'network' ? filter.networks : []));
  if (alternatives.every(({ op }) => op === 'network')) {
    return { op: 'network', field: 'source.ip', networks: [...new Set(networks)] };
  }
  const values = alternatives.flatMap((filter) => (filter.op === 'is' ? filter.values : []));
  const [first] = alternatives;
  if (first?.op !== 'is' || !alternatives.every((other) => other.op === 'is' && other.field === first.field))
    return undefined;
  return { ...first, values: [...new Set(values)] };
}

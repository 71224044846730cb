import { type Filter, parseFilter } from '@attestlog/event';
import { Random } from './random.js';

const NOUNS = ['order', 'invoice', 'customer', 'user', 'role', 'report', 'document', 'payment', 'ticket', 'api_key'];
const VERBS = ['create', 'read', 'update', 'delete', 'approve', 'reject', 'export'];

/**
 * What people watch, all different: mostly one actor, session or trace, some an action of somebody, one in twenty
 * something that no value gives away at once (a pattern, a number, words).
 */
export function watchedFilters(count: number, seed: number): string[] {
  const random = new Random(seed);
  const actor = () => `actor:usr_${String(random.between(0, 4999)).padStart(6, '0')}`;
  return Array.from({ length: count }, (_, number) => {
    const kind = number % 20;
    if (kind === 0) return `action:${random.pick(NOUNS)}.* metadata.amount:>${49_000 + number / 10} -id:${number}`;
    if (kind === 1) return `action:${random.pick(NOUNS)}.${random.pick(VERBS)} outcome:denied -id:${number}`;
    if (kind === 2) return `session:ses_${random.hex(20)} OR trace:${random.hex(32)}`;
    if (kind < 6) return `${actor()} -outcome:success -id:${number}`;
    if (kind < 10) return `(${actor()} OR ${actor()}) severity:warning -id:${number}`;
    return `${actor()} -id:${number}`;
  });
}

export function readFilter(text: string): Filter {
  const { filter, problem } = parseFilter(text);
  if (filter === undefined) throw new Error(`${text}: ${problem.message}`);
  return filter;
}

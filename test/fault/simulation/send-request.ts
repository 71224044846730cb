import { Problem } from '../../../packages/server/src/errors.js';
import type { ItemResult } from '../../../packages/server/src/intake/item.js';
import type { FaultSource } from './fault-source.js';
import type { Ledger, Request } from './ledger.js';
import type { Process } from './process.js';
import type { Trace } from './trace.js';

/** Sends a request to a process and enters what it answers. A request without an answer stays in `process.underWay`. */
export async function sendRequest(
  process: Process,
  request: Request,
  slot: number,
  parts: { ledger: Ledger; trace: Trace; faults: FaultSource },
): Promise<void> {
  const { ledger, trace, faults } = parts;
  const ids = request.items.map((item) => (item as { id?: string } | null)?.id ?? '-').join(' ');
  trace.add(`${slot} send ${request.tenant} ${request.atomic ? 'atomic ' : ''}${ids}`);
  process.underWay.add(request);
  try {
    const source = { kind: 'values', values: request.items } as const;
    const { results } = await process.intake.accept(request.tenant, source, { atomic: request.atomic });
    if (process.isDead) return;
    trace.add(`${slot} told ${ids}: ${results.map(({ status }) => status).join(' ')}`);
    ledger.note(request, results, process);
  } catch (error) {
    if (process.isDead) return;
    trace.add(`${slot} told ${ids}: ${error instanceof Problem ? error.code : String(error)}`);
    if (error instanceof Problem && error.code === 'batch-refused') noteRefused(error, request, ledger, process);
    else {
      faults.requireKnown(error);
      ledger.failed.push({ request, slot });
    }
  }
  process.underWay.delete(request);
}

function noteRefused(error: Problem, request: Request, ledger: Ledger, process: Process): void {
  for (const { place, ...result } of error.members.results as (ItemResult & { place: number })[]) {
    // Where nothing is recorded, two items of the request itself are at odds.
    if (result.status === 'conflict' && result.position === 0) continue;
    ledger.answers.push({ tenant: request.tenant, value: request.items[place], result, by: process });
  }
}

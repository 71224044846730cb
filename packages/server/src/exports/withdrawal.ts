import { type EventInput, SERVER_ID_PREFIX } from '@attestlog/event';
import { Problem } from '../errors.js';
import { isPortFailure } from '../ports/failure.js';
import { type ExportDocument, readExportKey } from './export-document.js';
import type { ExportDocuments, FoundExport } from './export-documents.js';
import type { ExportRunner } from './export-runner.js';

/** The erasure for which exports are withdrawn. */
export interface WithdrawingErasure {
  id: string;
  /** Id of the principal. */
  requested_by: string;
}

export interface WithdrawalParts {
  documents: ExportDocuments;
  runner: Pick<ExportRunner, 'stop'>;
  /** Records an event of the server's own. Idempotent by its id. */
  record: (tenant: string, event: EventInput) => Promise<void>;
  /** RFC 3339. */
  now: () => string;
}

const WITHDRAWN: ExportDocument['error'] & object = {
  code: 'export-withdrawn',
  detail: 'It was made before an erasure and had unmasked values. Make it again.',
};
const PAGE = 100;

/**
 * Takes back every export of a tenant that may hold unmasked values from before an erasure, one that is under way too:
 * whose they are is not known, so all of them go. Each is recorded in the tenant's log first. To be called when the keys
 * are destroyed, so that what begins from then on cannot open them. When it resolves, the files are gone. Idempotent.
 */
export async function withdrawOpened(
  tenant: string,
  erasure: WithdrawingErasure,
  parts: WithdrawalParts,
): Promise<void> {
  for (let after: string | undefined; ; ) {
    const found = await parts.documents.list(tenant, { after, limit: PAGE });
    for (const one of found) await withdraw(one, erasure, parts);
    if (found.length < PAGE) return;
    after = found.at(-1)!.value.id;
  }
}

async function withdraw(listed: FoundExport, erasure: WithdrawingErasure, parts: WithdrawalParts): Promise<void> {
  const { documents, runner, record, now } = parts;
  const { tenant, id } = readExportKey(listed.key);
  for (let found: FoundExport | undefined = listed; found !== undefined; found = await documents.find(tenant, id)) {
    if (!isWithdrawn(found.value) && !mayHoldOpened(found.value)) return;
    if (!isWithdrawn(found.value)) {
      await record(tenant, withdrawalEvent(id, erasure));
      const withdrawn: ExportDocument = {
        ...found.value,
        state: 'failed',
        files: [],
        ended_at: now(),
        error: WITHDRAWN,
      };
      const isOurs = await documents.put(found.key, withdrawn, found.revision).then(
        () => true,
        (error: unknown) => {
          if (isPortFailure(error, 'conflict')) return false;
          throw new Problem('registry-unavailable', { cause: error });
        },
      );
      // It was changed meanwhile, by the attempt that makes it.
      if (!isOurs) continue;
    }
    await runner.stop(found.key);
    await documents.deleteFiles(tenant, id);
    return;
  }
}

/** Whether its files, those under way included, may hold sealed values unmasked. One that waits holds nothing yet. */
export function mayHoldOpened({ state, request, made_by, opened_fields }: ExportDocument): boolean {
  if (request.personal === 'omitted' || made_by.unmasked === 'none') return false;
  return state === 'running' || (state === 'done' && opened_fields !== 0);
}

export function isWithdrawn({ error }: Pick<ExportDocument, 'error'>): boolean {
  return error?.code === WITHDRAWN.code;
}

/** Nothing but the export and the erasure decides what it is, so that to record it once more adds nothing. */
function withdrawalEvent(id: string, erasure: WithdrawingErasure): EventInput {
  return {
    id: `${SERVER_ID_PREFIX}export-withdrawal:${erasure.id}:${id}`,
    action: 'export.withdraw',
    operation: 'delete',
    category: 'audit',
    outcome: 'success',
    severity: 'notice',
    source: { service: 'attestlog' },
    targets: [
      { type: 'export', id },
      { type: 'erasure', id: erasure.id },
    ],
    metadata: { principal: erasure.requested_by },
  };
}

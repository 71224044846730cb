import { type EventInput, type FieldProblem, foreignPointer, isPlainObject, problem } from '@attestlog/event';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../errors.js';
import type { ItemResult } from '../../intake/item.js';
import type { LimitState } from '../../tenants/quotas.js';
import { recordRefusal } from '../access/guard.js';
import { countStatuses } from '../events/event-routes.js';
import { sayLimits } from '../rate-limit-headers.js';
import type { Services } from '../services.js';
import { namedTenant } from './named-tenant.js';
import { MAX_RECORDS, memberOf, readRecords, type SentRecord, type SentRecords } from './read-records.js';
import type { RecordForm } from './record-form.js';

/** A record on its way into the log of a tenant. */
interface Item {
  record: unknown;
  tenant: string;
  event: EventInput;
}

/**
 * Records one record of a dialect, and answers as `POST /api/v1/events` does, with the id by its name in the dialect.
 * @throws Problem `event-invalid` that points into the record, `id-conflict`, `permission-denied` for another tenant's
 */
export async function postRecord(
  request: FastifyRequest,
  reply: FastifyReply,
  form: RecordForm,
  services: Services,
): Promise<FastifyReply> {
  const { records, isSingle } = await readRecords(request, form, services);
  const [only] = records;
  if (!isSingle || only === undefined) {
    const message = 'One record is one JSON object; several go to the route that takes lists.';
    throw new Problem('event-invalid', { members: { problems: [problem('not-an-object', '', message)] } });
  }
  return answerOne(request, reply, only, form, services);
}

/** Records several records, and answers as `POST /api/v1/events/batch` does: each item is told what became of it. */
export async function postRecords(
  request: FastifyRequest,
  reply: FastifyReply,
  form: RecordForm,
  services: Services,
): Promise<FastifyReply> {
  return answerMany(
    reply,
    await acceptRecords(request, reply, await readRecords(request, form, services), form, services),
    form,
  );
}

/** For a route that takes both: {@link postRecord} for one object, {@link postRecords} for a list. */
export async function postRecordOrRecords(
  request: FastifyRequest,
  reply: FastifyReply,
  form: RecordForm,
  services: Services,
): Promise<FastifyReply> {
  const sent = await readRecords(request, form, services);
  if (sent.isSingle) return answerOne(request, reply, sent.records[0]!, form, services);
  return answerMany(reply, await acceptRecords(request, reply, sent, form, services), form);
}

async function answerOne(
  request: FastifyRequest,
  reply: FastifyReply,
  sent: SentRecord,
  form: RecordForm,
  services: Services,
): Promise<FastifyReply> {
  const item = await itemOf(request, sent, form, services);
  if (item instanceof Problem) throw item;
  if ('problems' in item) throw new Problem('event-invalid', { members: { problems: item.problems } });
  const source = { kind: 'values', values: [item.event] } as const;
  const { results, limits } = await services.intake.accept(item.tenant, source, { atomic: false });
  sayLimits(reply, limits);
  services.metrics.countResults(results);
  const result = results[0]!;
  if (result.status === 'refused') {
    throw new Problem('event-invalid', { members: { problems: pointedBack(result.problems, item.record, form) } });
  }
  const id = { [form.idName]: result.id };
  if (result.status === 'left_out') return reply.send({ ...id, left_out: result.reason });
  const { status, position } = result;
  if (status === 'conflict') throw new Problem('id-conflict', { members: { ...id, position } });
  return reply.code(status === 'stored' ? 201 : 200).send({ ...id, position, duplicate: status === 'duplicate' });
}

function answerMany(reply: FastifyReply, results: readonly ItemResult[], { idName }: RecordForm): FastifyReply {
  const counts = countStatuses(results);
  const told = results.map(({ id, ...rest }) => (id === undefined ? rest : { [idName]: id, ...rest }));
  return reply.code(counts.conflicts + counts.refused === 0 ? 201 : 207).send({ ...counts, results: told });
}

/** Takes records in, those of each tenant together, and gives a result for each in its place. */
async function acceptRecords(
  request: FastifyRequest,
  reply: FastifyReply,
  { records }: SentRecords,
  form: RecordForm,
  services: Services,
): Promise<ItemResult[]> {
  const results = new Array<ItemResult>(records.length);
  const groups = new Map<string, { place: number; item: Item }[]>();
  let refusal: Problem | undefined;
  for (const [place, sent] of records.entries()) {
    const item = await itemOf(request, sent, form, services);
    if (item instanceof Problem) refusal = item;
    const problems = item instanceof Problem ? [otherTenant()] : 'problems' in item ? item.problems : undefined;
    if (problems !== undefined) results[place] = { status: 'refused', ...idOf(sent.record, form), problems };
    else
      groups.set((item as Item).tenant, [...(groups.get((item as Item).tenant) ?? []), { place, item: item as Item }]);
  }
  if (refusal !== undefined) recordRefusal(request, refusal, services);
  let states: readonly LimitState[] = [];
  for (const [tenant, group] of groups) {
    const bytes = Buffer.from(JSON.stringify(group.map(({ item }) => item.event)));
    const source = { kind: 'array', bytes, maxItems: MAX_RECORDS } as const;
    const accepted = await services.intake.accept(tenant, source, { atomic: false });
    for (const [at, { place, item }] of group.entries()) {
      results[place] = resultOf(accepted.results[at]!, item.record, form);
    }
    if (tenant === request.tenant || states.length === 0) states = accepted.limits;
  }
  sayLimits(reply, states);
  services.metrics.countResults(results);
  return results;
}

/** The event of a record; what is wrong with the record; or the refusal of its tenant. */
async function itemOf(
  request: FastifyRequest,
  { record, problem: unread }: SentRecord,
  { dialect }: RecordForm,
  services: Services,
): Promise<Item | { problems: readonly FieldProblem[] } | Problem> {
  if (unread !== undefined) return { problems: [unread] };
  const tenant = await namedTenant(request, memberOf(record, 'tenant_id'), 'events:write', services);
  if (tenant instanceof Problem) {
    return new Problem(tenant.code, { members: { ...tenant.members, problems: [otherTenant()] } });
  }
  const mapped = dialect.toEvent(record);
  return mapped.ok ? { record, tenant, event: mapped.event } : { problems: mapped.problems };
}

function otherTenant(): FieldProblem {
  return problem('other-tenant', '/tenant_id', 'The credential does not allow to write for this tenant.');
}

function resultOf(result: ItemResult, record: unknown, form: RecordForm): ItemResult {
  return result.status === 'refused' ? { ...result, problems: pointedBack(result.problems, record, form) } : result;
}

/** Problems of an event as problems of the record that it came of. */
function pointedBack(problems: readonly FieldProblem[], record: unknown, { places }: RecordForm): FieldProblem[] {
  const members = isPlainObject(record) ? record : {};
  return problems.map((one) => ({ ...one, pointer: foreignPointer(one.pointer, members, places) }));
}

function idOf(record: unknown, { idName }: RecordForm): { id?: string } {
  const id = memberOf(record, idName);
  return typeof id === 'string' && id.length <= 128 ? { id } : {};
}

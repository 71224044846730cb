import * as z from 'zod';
import { hasBlobKey } from './blob-reference.js';
import { blobReferenceSchema } from './blob-reference-schema.js';
import * as bounds from './bounds.js';
import { ACTION_PATTERN, ID_PATTERN } from './event-patterns.js';
import { isIpAddress } from './ip-address.js';
import { isPlainObject, type Json, type JsonObject } from './json-value.js';
import { DETECTED_KEY } from './personal-data/detected-key.js';
import { sealedValueSchema } from './sealed/sealed-value-schema.js';
import { eventClasses, fileChanges, fileModifications, operations, outcomes, severities } from './vocabulary.js';

/**
 * The one source of the event's types, validation and JSON schema. Rules that a schema cannot say (times, the size of
 * the entry, numbers and characters inside free JSON) are in the admission, which every event passes.
 */

const text = (maxChars: number, description: string) => z.string().max(maxChars).meta({ description });
const count = (description: string) => z.int().min(0).max(bounds.JSON_MAX_INTEGER).meta({ description });

/** Free JSON. Left alone here: copying it would cost more than all other checks, and the admission inspects it. */
const json = (description: string) => (z.unknown() as unknown as z.ZodType<Json>).meta({ description });
const payload = (description: string) =>
  z
    .custom<Json>((value) => !hasBlobKey(value), {
      error: 'The key "$blob" is reserved.',
      params: { code: 'reserved-shape' },
    })
    .meta({ description });

const someField = (value: object) => Object.values(value).some((field) => field !== undefined);
const noField = { error: 'At least one field is needed.', params: { code: 'too-short' } };

const party = {
  type: text(bounds.WORD_MAX_CHARS, 'What kind of party: user, service, role, system, agent, api_key …').optional(),
  id: text(bounds.REFERENCE_MAX_CHARS, 'Identifier that stays the same when names change.').optional(),
  name: text(bounds.NAME_MAX_CHARS, 'Name for people. Personal: sealed by default.').optional(),
  email: text(bounds.EMAIL_MAX_CHARS, 'E-mail address. Personal: sealed by default.').optional(),
};

export const actorSchema = z
  .strictObject({
    ...party,
    on_behalf_of: z
      .strictObject(party)
      .refine(someField, noField)
      .meta({
        description: 'For whom the actor acted: the user an agent served, the impersonated user.',
        minProperties: 1,
      })
      .optional(),
  })
  .refine(someField, noField)
  .meta({ description: 'Who did it.', minProperties: 1 });

const targetFields = {
  type: text(bounds.WORD_MAX_CHARS, 'Kind of thing: order, user, bucket …').optional(),
  id: text(bounds.REFERENCE_MAX_CHARS, 'Identifier of the thing.').optional(),
  name: text(bounds.NAME_MAX_CHARS, 'Name of the thing for people.').optional(),
};

export const targetSchema = z
  .strictObject(targetFields)
  .refine(someField, noField)
  .meta({ description: 'A thing that was acted on.', minProperties: 1 });

export const sourceSchema = z
  .strictObject({
    ip: z
      .string()
      .max(bounds.IP_MAX_CHARS)
      .refine(isIpAddress, {
        error: 'Not an IPv4 or IPv6 address (no port, no host name).',
        params: { code: 'bad-format' },
      })
      .meta({ description: 'IPv4 or IPv6 address it came from. Personal: sealed by default. Host names go to host.' })
      .optional(),
    user_agent: text(bounds.USER_AGENT_MAX_CHARS, 'User agent, as the client gave it.').optional(),
    service: text(bounds.REFERENCE_MAX_CHARS, 'Service that recorded or handled it.').optional(),
    host: text(bounds.REFERENCE_MAX_CHARS, 'Host name, or what stands for one.').optional(),
    process: text(bounds.REFERENCE_MAX_CHARS, 'Name of the process.').optional(),
    region: text(bounds.WORD_MAX_CHARS, 'Region or site.').optional(),
    agent_id: text(bounds.REFERENCE_MAX_CHARS, 'Software agent that acted, e.g. a code-generation agent.').optional(),
    task_id: text(bounds.REFERENCE_MAX_CHARS, 'Task the software agent worked on.').optional(),
    version: text(bounds.WORD_MAX_CHARS, 'Version of the service.').optional(),
  })
  .meta({ description: 'From where it was done, and what recorded it.' });

export const changesSchema = z
  .strictObject({
    before: json('State before. Any JSON.').optional(),
    after: json('State after. Any JSON.').optional(),
  })
  .meta({ description: 'State of the target before and after.' });

const fileFields = {
  path: text(bounds.PATH_MAX_CHARS, 'Path of the file.').optional(),
  previous_path: text(bounds.PATH_MAX_CHARS, 'Path before a rename.').optional(),
  checksum: text(bounds.REFERENCE_MAX_CHARS, 'Checksum of the content, e.g. SHA-256 as hex.').optional(),
  previous_checksum: text(bounds.REFERENCE_MAX_CHARS, 'Checksum before the change.').optional(),
  size: count('Size in bytes.').optional(),
  change: z.enum(fileChanges).meta({ description: 'What happened to the file.' }).optional(),
  modification: z.enum(fileModifications).meta({ description: 'What of a modified file changed.' }).optional(),
  diff: z.string().meta({ description: 'Unified diff. Moved to a blob when the event is too large.' }).optional(),
  lines_added: count('Lines added.').optional(),
  lines_removed: count('Lines removed.').optional(),
};

export const fileSchema = z.strictObject(fileFields).meta({ description: 'The file, when the event is about one.' });

const eventFields = {
  id: z
    .string()
    .max(bounds.ID_MAX_CHARS)
    .regex(ID_PATTERN, { error: 'Must be visible ASCII characters without spaces, at least one.' })
    .meta({
      description: "The event's identity within the tenant: the same id is kept once. Made when absent (UUIDv7).",
    })
    .optional(),
  time: z
    .string()
    .meta({
      description: 'When it happened: RFC 3339 with an offset, up to nanoseconds. The time of receipt when absent.',
      format: 'date-time',
      examples: ['2025-10-06T12:54:12.025979644Z'],
    })
    .optional(),
  action: z
    .string()
    .max(bounds.ACTION_MAX_CHARS)
    .regex(ACTION_PATTERN, { error: 'Must be noun.verb in lower case, e.g. order.approve or s3.get_object.' })
    .meta({ description: 'What was done, as noun.verb.', examples: ['order.approve', 'user.login', 's3.get_object'] }),
  operation: z
    .enum(operations)
    .meta({ description: 'Kind of action, for policies and filters. Never guessed.' })
    .optional(),
  category: text(bounds.WORD_MAX_CHARS, 'Group of actions, e.g. authentication.').optional(),
  actor: actorSchema.optional(),
  targets: z.array(targetSchema).max(bounds.TARGETS_MAX_ITEMS).meta({ description: 'What was acted on.' }).optional(),
  outcome: z.enum(outcomes).meta({ description: 'How it ended. denied: it was not allowed.' }).optional(),
  reason: text(bounds.REASON_MAX_CHARS, 'Why it ended so: an error code or a short text.').optional(),
  severity: z.enum(severities).meta({ description: 'How much it matters, least first.' }).optional(),
  source: sourceSchema.optional(),
  session_id: text(bounds.REFERENCE_MAX_CHARS, 'Session of the actor.').optional(),
  request_id: text(bounds.REFERENCE_MAX_CHARS, 'Request that caused it.').optional(),
  correlation_id: text(bounds.REFERENCE_MAX_CHARS, 'Joins events of several services.').optional(),
  trace_id: text(bounds.REFERENCE_MAX_CHARS, 'Trace it belongs to (W3C trace context: 32 hex digits).').optional(),
  message: text(bounds.MESSAGE_MAX_CHARS, 'A sentence for people; searched by word.').optional(),
  changes: changesSchema.optional(),
  request: payload('Data of the request. Any JSON; moved to a blob when the event is too large.').optional(),
  response: payload('Data of the response. Any JSON; moved to a blob when the event is too large.').optional(),
  file: fileSchema.optional(),
  class: z.enum(eventClasses).meta({ description: 'Retention class; the policy sets it when absent.' }).optional(),
  retention_days: z
    .int()
    .min(bounds.RETENTION_MIN_DAYS)
    .max(bounds.RETENTION_MAX_DAYS)
    .meta({ description: 'Days to keep the event, when it differs from the policy.' })
    .optional(),
  metadata: z
    .custom<JsonObject>(isPlainObject, { error: 'Must be an object.', params: { code: 'wrong-type' } })
    .refine((value) => !Object.hasOwn(value, DETECTED_KEY), {
      error: `The key "${DETECTED_KEY}" is reserved.`,
      params: { code: 'reserved-shape' },
    })
    .meta({ description: 'Anything else, as an object. Searchable by path.', type: 'object' })
    .optional(),
};

/** What a client sends. */
export const eventInputSchema = z.strictObject(eventFields).meta({ description: 'An audit event, as sent.' });
export type EventInput = z.infer<typeof eventInputSchema>;
export type Actor = NonNullable<EventInput['actor']>;
export type Target = NonNullable<EventInput['targets']>[number];
export type Source = NonNullable<EventInput['source']>;
export type FileDetails = NonNullable<EventInput['file']>;

const storedTime = (description: string) =>
  z.string().meta({ description, format: 'date-time', examples: ['2025-10-06T12:54:12.025979644Z'] });

/** A field whose whole value may be sealed (`sealing-policy.ts`). Any part of free JSON may be, too. */
const orSealed = <T extends z.ZodType>(field: z.ZodOptional<T>) =>
  z.union([field.unwrap(), sealedValueSchema]).optional();

const storedParty = { ...party, name: orSealed(party.name), email: orSealed(party.email) };
const storedActorSchema = z
  .strictObject({
    ...storedParty,
    on_behalf_of: z.strictObject(storedParty).meta({ description: 'For whom the actor acted.' }).optional(),
  })
  .meta({ description: 'Who did it.' });
const storedSourceSchema = sourceSchema.extend({
  ip: orSealed(sourceSchema.shape.ip),
  user_agent: orSealed(sourceSchema.shape.user_agent),
  host: orSealed(sourceSchema.shape.host),
});
const storedTargetSchema = z
  .strictObject({ ...targetFields, name: orSealed(targetFields.name) })
  .meta({ description: 'A thing that was acted on.' });
const storedFileSchema = z
  .strictObject({
    ...fileFields,
    path: orSealed(fileFields.path),
    previous_path: orSealed(fileFields.previous_path),
    diff: z.union([fileFields.diff.unwrap(), blobReferenceSchema, sealedValueSchema]).optional(),
  })
  .meta({ description: 'The file, when the event is about one.' });

/**
 * What an entry holds and a reader gets: id and times are always there, payloads may be references, and personal values
 * may be sealed.
 */
export const storedEventSchema = z
  .strictObject({
    ...eventFields,
    id: eventFields.id.unwrap(),
    time: storedTime('When it happened, in UTC.'),
    received_at: storedTime('When the server received it, in UTC with nanoseconds.'),
    actor: storedActorSchema.optional(),
    targets: z
      .array(storedTargetSchema)
      .max(bounds.TARGETS_MAX_ITEMS)
      .meta({ description: 'What was acted on.' })
      .optional(),
    source: storedSourceSchema.optional(),
    reason: orSealed(eventFields.reason),
    message: orSealed(eventFields.message),
    metadata: z
      .custom<JsonObject>(isPlainObject)
      .meta({ description: 'Anything else, as an object. Searchable by path.', type: 'object' })
      .optional(),
    changes: z.union([changesSchema, blobReferenceSchema]).optional(),
    request: json('Data of the request, or a reference to it ({"$blob": …}).').optional(),
    response: json('Data of the response, or a reference to it ({"$blob": …}).').optional(),
    file: storedFileSchema.optional(),
  })
  .meta({ description: 'An audit event, as stored.' });
export type StoredEvent = z.infer<typeof storedEventSchema>;

/** Names of the fields of an event as sent, in the order of the schema. */
export const eventFieldNames: readonly string[] = Object.keys(eventFields);

import * as z from 'zod';
import { pointerSegments } from '../json-pointer.js';
import { forms } from './normal-form.js';

export const SEALED_FIELDS_MAX_ITEMS = 64;
export const FIELD_PATH_MAX_CHARS = 256;

/** Fields of the schema whose whole value may be sealed. Those that searches, grants and policies rest on may not. */
const WHOLE_FIELDS: ReadonlySet<string> = new Set([
  '/actor/name',
  '/actor/email',
  '/actor/on_behalf_of/name',
  '/actor/on_behalf_of/email',
  '/source/ip',
  '/source/user_agent',
  '/source/host',
  '/targets/*/name',
  '/reason',
  '/message',
  '/file/path',
  '/file/previous_path',
  '/file/diff',
]);
/** Free JSON, of which any part may be sealed. */
const FREE_FIELDS = /^(?:\/metadata\/|\/(?:request|response|changes\/before|changes\/after)(?:\/|$))/;

const path = (description: string) => z.string().max(FIELD_PATH_MAX_CHARS).meta({ description });

/** One kind of field to seal. */
export const sealedFieldSchema = z
  .strictObject({
    path: path('JSON pointer of the field; * stands for every item of a list.').refine(isSealable, {
      error: 'Not a field that can be sealed: see docs/privacy.md.',
    }),
    subject: path('JSON pointer of the field that says whose it is; the actor if absent.')
      .refine((text) => (pointerSegments(text)?.length ?? 0) > 0, { error: 'Not a JSON pointer.' })
      .optional(),
    form: z
      .enum(forms)
      .meta({ description: 'How values are compared: by the name of the field if absent.' })
      .optional(),
    search: z
      .boolean()
      .meta({
        description: 'Whether the field can be searched for by equality, through the blind index; true if absent.',
      })
      .optional(),
  })
  .meta({ description: 'A field whose values are sealed.' });

/** Which fields of a tenant's events are sealed. */
export const sealingPolicySchema = z
  .strictObject({ fields: z.array(sealedFieldSchema).max(SEALED_FIELDS_MAX_ITEMS) })
  .meta({ description: 'Which fields are sealed.' });
export type SealingPolicy = z.infer<typeof sealingPolicySchema>;

/** What is sealed where a tenant says nothing else: names and e-mail addresses of who acted, and the source's address. */
export const defaultSealing: SealingPolicy = Object.freeze({
  fields: [
    { path: '/actor/name' },
    { path: '/actor/email' },
    { path: '/actor/on_behalf_of/name' },
    { path: '/actor/on_behalf_of/email' },
    { path: '/source/ip' },
  ],
});

/** Whether a field may be sealed: personal in the schema, or free JSON. */
export function isSealable(pointer: string): boolean {
  return pointerSegments(pointer) !== undefined && (WHOLE_FIELDS.has(pointer) || FREE_FIELDS.test(pointer));
}

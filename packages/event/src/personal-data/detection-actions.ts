import * as z from 'zod';
import { type DetectionKind, detectionKinds } from './finding.js';
import { maskStyles } from './mask-value.js';

/**
 * What is done with a finding: nothing; the event says that there is one; it is masked in the text; the value is
 * encrypted beside the entry; the event is refused.
 */
export const detectionActions = ['ignore', 'flag', 'mask', 'seal', 'refuse'] as const;
export type DetectionAction = (typeof detectionActions)[number];
export type DetectionActions = Partial<Record<DetectionKind, DetectionAction | undefined>>;

const action = z.enum(detectionActions, { error: `Must be one of: ${detectionActions.join(', ')}.` }).optional();

/** What a tenant sets. */
export const detectionSettingsSchema = z
  .strictObject({
    actions: z
      .strictObject(
        Object.fromEntries(detectionKinds.map((kind) => [kind, action])) as Record<DetectionKind, typeof action>,
      )
      .meta({ description: 'What is done with a finding, by its kind. A kind that is not named is left alone.' })
      .optional(),
    mask_style: z
      .enum(maskStyles, { error: `Must be one of: ${maskStyles.join(', ')}.` })
      .meta({ description: 'How much of a masked value is left.' })
      .optional(),
  })
  .meta({ description: 'Detection of personal data and secrets in the free text of events.' });
export type DetectionSettings = z.infer<typeof detectionSettingsSchema>;

/** Nothing is changed or refused unless a tenant asks for it; what is found is said. */
export const defaultDetectionActions: DetectionActions = Object.freeze(
  Object.fromEntries(detectionKinds.map((kind) => [kind, 'flag' as const])),
);

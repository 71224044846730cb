import { z } from 'zod';

/** What is answered to one record. */
export const oneAnswer = z.object({
  id: z.string(),
  position: z.number().optional(),
  duplicate: z.boolean().optional(),
  left_out: z.string().optional(),
});

export const exampleOne = { id: 'A234-1234-1234@/orders', position: 1_050_624, duplicate: false };

/** What is answered to several. */
export const severalAnswer = z.object({
  stored: z.number(),
  duplicates: z.number(),
  conflicts: z.number(),
  refused: z.number(),
  left_out: z.number(),
  results: z.array(z.looseObject({ status: z.string(), id: z.string().optional() })),
});

export const exampleSeveral = {
  stored: 1,
  duplicates: 0,
  conflicts: 0,
  refused: 0,
  left_out: 0,
  results: [{ status: 'stored', id: 'A234-1234-1234@/orders', position: 1_050_624 }],
};

/** What is answered to a body that may hold one record or several. */
export const oneOrSeveralAnswer = z.union([oneAnswer, severalAnswer]);

import { z } from 'zod';

const MAX_CHARS = 4096;
const MAX_TEXTS = 50;

/** A parameter that may be given several times: then one of its values is enough. */
export const askedTexts = z
  .union([z.string().max(MAX_CHARS), z.array(z.string().max(MAX_CHARS)).min(1).max(MAX_TEXTS)])
  .transform((value) => [value].flat());

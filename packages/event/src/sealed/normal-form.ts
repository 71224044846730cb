import { canonicalIp } from './canonical-ip.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
const ASCII = /^[\u0000-\u007f]*$/;

/** How the texts of a field are compared. */
export const forms = ['text', 'email', 'ip'] as const;
export type Form = (typeof forms)[number];

/**
 * What two writings of one value have in common, for the blind index and for telling people apart.
 *
 * - `text`: the text itself, composed (Unicode NFC).
 * - `email`: the same in lower case. Mail servers may tell local parts apart by case; none that is in use does.
 * - `ip`: one writing for each address; as `text` for what is no address.
 */
export function normalForm(text: string, form: Form): string {
  const composed = ASCII.test(text) ? text : text.normalize('NFC');
  // Lower case can take a composed character apart.
  if (form === 'email') return composed.toLowerCase().normalize('NFC');
  return (form === 'ip' ? canonicalIp(composed) : undefined) ?? composed;
}

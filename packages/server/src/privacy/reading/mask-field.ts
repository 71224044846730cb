import { canonicalJson, formOf, type Json, type Maskable, type MaskStyle, maskValue } from '@attestlog/event';
import { hmacSha256 } from '../keys/hmac.js';

const HIDDEN = '***';

/**
 * A sealed value as those see it who may not see the value: by what the field is, in the style of the policy.
 *
 * @param maskKey the tenant's: makes the hashes of the style `hash`
 */
export function maskField(pointer: string, value: Json, style: MaskStyle, maskKey: Uint8Array): string {
  const hash = (text: string) => hmacSha256(maskKey, `${pointer}\0${text}`).toString('hex');
  if (typeof value === 'string') return maskValue(kindOf(pointer), value, style, hash);
  // Of what is no text, only a hash says anything at all.
  return style === 'partial' ? HIDDEN : maskValue('text', canonicalJson(value), style, hash);
}

function kindOf(pointer: string): Maskable {
  const form = formOf(pointer);
  if (form === 'email') return 'email';
  if (form === 'ip') return 'ip_address';
  return /(?:^|[/_])name$/i.test(pointer) ? 'name' : 'text';
}

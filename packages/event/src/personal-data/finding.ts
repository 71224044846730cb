/** What can be found in a text. The first are personal data, the others are secrets. */
export const detectionKinds = [
  'email',
  'phone',
  'credit_card',
  'iban',
  'us_ssn',
  'ip_address',
  'jwt',
  'api_key',
  'private_key',
  'url_password',
] as const;
export type DetectionKind = (typeof detectionKinds)[number];

/** Where something was found: UTF-16 code units of the text from `start`, up to but without `end`. */
export interface Finding {
  readonly kind: DetectionKind;
  readonly start: number;
  readonly end: number;
}

/** A matcher's answer: where it ends; undefined: it is not there. */
export type End = number | undefined;

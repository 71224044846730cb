import type { MissingReason } from '@attestlog/event/sdk';
import type { SealedViolationCode } from './sealed-violation.js';

/** What a sealed field that is missing is called. */
export const missingCodes: Readonly<Record<MissingReason, SealedViolationCode>> = {
  'no-opening': 'unopened-field',
  'wrong-opening': 'wrong-opening',
  'no-certificate': 'uncertified-erasure',
};

/** Why it is missing. */
export const missingWords: Readonly<Record<MissingReason, string>> = {
  'no-opening': 'neither its value nor an erasure of it is given',
  'wrong-opening': 'the value that is given is not the one that was recorded',
  'no-certificate': 'it is called erased by an erasure that has no certificate newer than the entry',
};

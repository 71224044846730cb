import type { EventStore } from '../ports/store.js';
import type { Erasures, Requester } from './erasure/erasures.js';
import type { Holds } from './erasure/holds.js';
import type { SubjectKeys } from './keys/subject-keys.js';
import type { PrivacyPolicies } from './privacy-policies.js';
import type { ExportRequest } from './reading/export-pack.js';
import type { PersonalData } from './reading/personal-data.js';

/** What the routes about personal data need. */
export interface PrivacyServices {
  erasures: Erasures;
  holds: Holds;
  subjectKeys: Pick<SubjectKeys, 'tagsOfPerson'>;
  personalData: PersonalData;
  policies: PrivacyPolicies;
  store: Pick<EventStore, 'entries'>;
  /** `exportPack` with its parts. */
  exportPack(request: ExportRequest, by: Requester): AsyncGenerator<string>;
  newId: () => string;
  /** RFC 3339. */
  now: () => string;
}

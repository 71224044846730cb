/** For our own command, which reads over the same connections: not for applications, and without their promises. */
export {
  AttestlogError,
  isBusy,
  isRecord,
  type PointedProblem,
  pointedProblems,
} from './reads/attestlog-error.js';
export { backoffMs } from './reads/http/backoff.js';
export { messageOf } from './reads/http/unreachable.js';
export { type GetRequest, type HttpAnswer, HttpConnections } from './reads/log-reading/http-connections.js';
export { HttpLogReader, type LogPlace } from './reads/log-reading/http-log-reader.js';
export { type GetContext, type GetOptions, patientGet } from './reads/log-reading/patient-get.js';
export { readBody } from './reads/log-reading/response-body.js';
export { certificateId, readCertificate } from './reads/proofs/sealed/certificate-reading.js';
export { ErasureLedger, type ErasureSummary } from './reads/proofs/sealed/erasure-ledger.js';
export { missingCodes, missingWords } from './reads/proofs/sealed/missing-words.js';
export { openingOf } from './reads/proofs/sealed/opening-reading.js';
export { SealedCheck, type SealedOutcome } from './reads/proofs/sealed/sealed-check.js';
export { type SealedViolationCode, SealedViolations } from './reads/proofs/sealed/sealed-violation.js';
export { type OpeningAsker, ServerOpenings } from './reads/proofs/sealed/server-openings.js';
export { parseRetryAfter } from './retry-after.js';

/** For our own command, which reads over the same connections: not for applications, and without their promises. */
export { AttestlogError } from './reads/attestlog-error.js';
export { backoffMs, parseRetryAfter } from './reads/http/backoff.js';
export { type GetRequest, type HttpAnswer, HttpConnections } from './reads/log-reading/http-connections.js';
export { HttpLogReader, type LogPlace } from './reads/log-reading/http-log-reader.js';
export { type GetContext, type GetOptions, patientGet } from './reads/log-reading/patient-get.js';
export { readBody } from './reads/log-reading/response-body.js';

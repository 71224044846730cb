/** One batch, one try, one answer: what the delivery is built of, for our own packages that keep events themselves. */
export type { DeliveryWorld, ServerAddress } from './delivery/delivery.js';
export type { Answer, Retry } from './delivery/sending/answer.js';
export { backoffMs } from './delivery/sending/backoff.js';
export { gzipStream } from './delivery/sending/gzip-stream.js';
export type { Settlement } from './delivery/sending/pending-event.js';
export { type Gzip, type Post, type Posted, type PostParts, postBatch } from './delivery/sending/post-batch.js';

/** Media types of CloudEvents in the JSON format: one event, and a batch (HTTP protocol binding 1.0.2, section 3). */
export const STRUCTURED_TYPE = 'application/cloudevents+json';
export const BATCH_TYPE = 'application/cloudevents-batch+json';

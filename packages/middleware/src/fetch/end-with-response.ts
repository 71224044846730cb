import type { RequestRecord } from '../request/request-record.js';
import { isStreamed, watchBody } from './watched-body.js';

/**
 * Ends a record with its answer: at once, or when the body that still streams is over.
 *
 * @returns what is to be given to the client: the answer itself, or one with the same body, watched
 */
export function endWithResponse<Request>(record: RequestRecord<Request>, response: Response): Response {
  if (!isStreamed(response)) {
    record.end(response.status, false);
    return response;
  }
  return watchBody(response, (aborted, error) => {
    if (error !== undefined) record.noteError(error);
    record.end(response.status, aborted);
  });
}

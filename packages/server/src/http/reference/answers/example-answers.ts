import { accessAnswers } from './access-answers.js';
import { analyticsAnswers } from './analytics-answers.js';
import type { AnswerTable } from './answer-table.js';
import { fileAnswers } from './file-answers.js';
import { logAnswers } from './log-answers.js';
import { privacyAnswers } from './privacy-answers.js';
import { recordingAnswers } from './recording-answers.js';
import { tenantAnswers } from './tenant-answers.js';

/** Examples of the answers that are not shown beside their routes. */
export const exampleAnswers: AnswerTable = {
  ...recordingAnswers,
  ...fileAnswers,
  ...analyticsAnswers,
  ...logAnswers,
  ...accessAnswers,
  ...tenantAnswers,
  ...privacyAnswers,
};

import type { ExampleCall } from './example-call.js';
import { administrationExamples } from './examples/administration.js';
import { dialectExamples } from './examples/dialects.js';
import { readingExamples } from './examples/reading.js';
import { recordingExamples } from './examples/recording.js';
import { takingAwayExamples } from './examples/taking-away.js';

/** Every operation of the API at least once, in an order in which all of it works on an empty service. */
export const exampleStory: readonly ExampleCall[] = [
  ...recordingExamples,
  ...readingExamples,
  ...takingAwayExamples,
  ...dialectExamples,
  ...administrationExamples,
];

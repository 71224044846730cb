import { type QuestionContext, type Reading, readQuestion } from '@attestlog/questions';
import { askModel, type ModelOptions, type ModelOutcome } from './model-client.js';

/** A reading, and who made it. */
export interface AnsweredReading extends Reading {
  /** grammar: always the same for the same question. model: the configured model, checked as a stranger is. */
  readonly readBy: 'grammar' | 'model';
}

export interface QuestionReaderParts {
  /** Absent: questions are read by the grammar only. */
  readonly model?: ModelOptions;
  /** Told what came of asking a model; it holds neither the question nor the key. */
  readonly onModel?: (outcome: Exclude<ModelOutcome, { kind: 'read' }> | { kind: 'read' }) => void;
}

/** What no wording changes: a model would only be tempted to guess. */
const NOT_FOR_A_MODEL = new Set([
  'too-long',
  'ambiguous-date',
  'empty-period',
  'not-a-question',
  'asker-unknown',
  'person-unknown',
]);

/**
 * Reads a question by the grammar, and where that has to ask back, by the model, if there is one. A model that is away
 * or whose answer is not sound changes nothing: the grammar's question back stands.
 */
export class QuestionReader {
  readonly #parts: QuestionReaderParts;

  constructor(parts: QuestionReaderParts = {}) {
    this.#parts = parts;
  }

  async read(question: string, context: QuestionContext): Promise<AnsweredReading> {
    const reading: AnsweredReading = { ...readQuestion(question, context), readBy: 'grammar' };
    const { model, onModel } = this.#parts;
    const { clarification } = reading;
    if (model === undefined || clarification === undefined || NOT_FOR_A_MODEL.has(clarification.code)) return reading;
    const outcome = await askModel(question, context, model);
    onModel?.(outcome.kind === 'read' ? { kind: 'read' } : outcome);
    return outcome.kind === 'read' ? { ...outcome.reading, readBy: 'model' } : reading;
  }
}

/** Limits on questions. "Chars" are UTF-16 code units. A question beyond them is asked back as too long, not read. */

export const QUESTION_MAX_CHARS = 500;
/** Choices that a question back offers. */
export const CLARIFICATION_MAX_CHOICES = 5;
/** Events that a question may ask for by number ("last 20 logins"); more is cut to this. */
export const QUESTION_MAX_LIMIT_EVENTS = 1_000;

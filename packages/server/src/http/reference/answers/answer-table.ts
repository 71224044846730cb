/** By operation (`POST /api/v1/events`), status and media type: what an answer looks like. Of bytes, how they begin. */
export type AnswerTable = Readonly<Record<string, Readonly<Record<number, Readonly<Record<string, unknown>>>>>>;

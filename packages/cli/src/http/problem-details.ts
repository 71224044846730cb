import { isBusy, isRecord, type PointedProblem, pointedProblems } from '@attestlog/client/log-reading';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { CliFailure } from '../failure.js';

export { isBusy, isRecord, type PointedProblem, pointedProblems };

/** What a server says about an error (RFC 9457), as far as it is shown. */
export interface ProblemDetails {
  readonly status?: number;
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
  readonly remedy?: string;
  readonly problems: readonly PointedProblem[];
}

/** Problem details out of parsed JSON; what is not there or of another type is left out. */
export function problemDetails(value: unknown): ProblemDetails {
  if (!isRecord(value)) return { problems: [] };
  const text = (name: string) => (typeof value[name] === 'string' ? { [name]: value[name] } : {});
  return {
    ...(typeof value.status === 'number' ? { status: value.status } : {}),
    ...text('title'),
    ...text('detail'),
    ...text('code'),
    ...text('remedy'),
    problems: pointedProblems(value.problems),
  };
}

/** One line for a pointed problem: `/action: Must be …`. */
export function problemLine({ pointer, message, code }: PointedProblem): string {
  const text = message === '' ? code : message;
  return pointer === '' ? text : `${pointer}: ${text}`;
}

/** The failure that an answer other than success stands for. `body` is its text, problem details or not. */
export function failureFromAnswer(status: number, body: string, url: string): CliFailure {
  return failureFromProblem({ status, ...problemDetails(parseJsonOrNothing(body)) }, url);
}

/** The failure that problem details stand for. */
export function failureFromProblem(problem: ProblemDetails, url: string): CliFailure {
  const status = problem.status ?? 500;
  const title = problem.title ?? `The server answered with status ${status}`;
  const details = [problem.detail, ...problem.problems.map(problemLine)].filter((text) => text !== undefined);
  if (problem.title === undefined) details.push(url);
  const exitCode = problem.code === 'hold-in-force' ? EXIT.held : exitCodeOf(status);
  return new CliFailure(exitCode, title, {
    ...(details.length === 0 ? {} : { detail: details.join('\n') }),
    ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }),
    ...(problem.code === undefined ? {} : { problemCode: problem.code }),
  });
}

/** The exit code for an HTTP status that is no success. */
export function exitCodeOf(status: number): ExitCode {
  if (status === 401 || status === 403) return EXIT.unauthorised;
  if (status === 404 || status === 410) return EXIT.notFound;
  if (isBusy(status)) return EXIT.unreachable;
  return status >= 400 && status < 500 ? EXIT.usage : EXIT.unexpected;
}

function parseJsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

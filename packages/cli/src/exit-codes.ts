/** How the command ends: the one list that the code uses and `attestlog --help` shows. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  violations: 2,
  refused: 3,
  usage: 4,
  unreachable: 5,
  unauthorised: 6,
  notFound: 7,
  held: 8,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each code means, for people; in the order of the help text. */
export const exitCodeMeanings: readonly (readonly [ExitCode, string])[] = [
  [EXIT.ok, 'done; also when the reader of a pipe has gone'],
  [EXIT.unexpected, 'something unexpected went wrong'],
  [EXIT.violations, 'verification found violations'],
  [EXIT.refused, 'some items were refused or conflict with stored ones'],
  [EXIT.usage, 'wrong options or arguments, a file that cannot be read or written, or a server that cannot start'],
  [EXIT.unreachable, 'the server cannot be reached or is too busy'],
  [EXIT.unauthorised, 'the server does not accept the credential'],
  [EXIT.notFound, 'there is no such event or log'],
  [EXIT.held, 'a legal hold forbids it'],
  [EXIT.interrupted, 'interrupted'],
];

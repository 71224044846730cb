/** One thing that is wrong with the options or the environment. */
export interface ConfigurationProblem {
  /** The option, or the variable of the environment. */
  readonly option: string;
  /** What is wrong and what it may be; never a secret. */
  readonly message: string;
}

/**
 * The client cannot be made as it was asked for. Thrown when the application starts, and never later: a setting that is
 * misspelt would record other things than somebody believes.
 */
export class ConfigurationError extends Error {
  readonly code = 'configuration-invalid';
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[]) {
    super(['The audit client is not configured rightly.', ...problems.map(line)].join('\n'));
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}

function line({ option, message }: ConfigurationProblem): string {
  return `  ${option}: ${message}`;
}

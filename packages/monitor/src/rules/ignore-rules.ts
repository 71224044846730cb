import ignore, { type Ignore } from 'ignore';
import type { FileKind } from '../watch/file-change.js';

/** What is left out unless it is asked for: folders of tools, which change by the thousand and have a history of their own. */
export const defaultRules: readonly string[] = [
  '.git/',
  '.hg/',
  '.svn/',
  '.jj/',
  'node_modules/',
  '.pnpm-store/',
  '__pycache__/',
  '.venv/',
  '.tox/',
  '.mypy_cache/',
  '.pytest_cache/',
  '.gradle/',
  '.terraform/',
  '.cache/',
  '.DS_Store',
  'Thumbs.db',
  '.*.sw[a-p]',
  '.#*',
  '4913',
];

export interface RuleSources {
  /** Leaves out {@link defaultRules}. Later rules win over them either way: `!.git/` brings one back. */
  readonly defaults: boolean;
  /** Lines in the syntax of gitignore, in their order. */
  readonly rules: readonly string[];
  /** Paths relative to the root that are always left out, with all below: the monitor's own files, if they lie there. */
  readonly own: readonly string[];
}

/** Whether a path, relative to the root with `/` between names, is left out. */
export type IgnoreRules = (path: string, kind: FileKind) => boolean;

/** The library remembers every path that it was asked about, without a bound; so now and then it starts afresh. */
const REMEMBERED_MAX_PATHS = 20_000;

/**
 * Rules in the syntax of gitignore (gitignore(5)): the last one that matches counts, and what lies in a folder that is left
 * out cannot be brought back. They match with regard to case.
 */
export function ignoreRules({ defaults, rules, own }: RuleSources): IgnoreRules {
  const base = ignore({ ignorecase: false }).add([...(defaults ? defaultRules : []), ...rules]);
  let matcher = fresh(base);
  let asked = 0;
  return (path, kind) => {
    if (path === '') return false;
    if (own.some((each) => path === each || path.startsWith(`${each}/`))) return true;
    if (++asked % REMEMBERED_MAX_PATHS === 0) matcher = fresh(base);
    return matcher.ignores(kind === 'directory' ? `${path}/` : path);
  };
}

function fresh(base: Ignore): Ignore {
  // Names such as `..x` and those of other systems are names like any other here.
  return ignore({ ignorecase: false, allowRelativePaths: true }).add(base);
}

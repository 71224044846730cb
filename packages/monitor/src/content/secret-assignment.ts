import type { Finding } from '@attestlog/event';

/** Part of a name that says that its value is a secret. */
const KEYWORD = /passw(?:or)?d|passphrase|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credential/gi;
/** The rest of the name, and what sets its value. */
const SETS = '[A-Za-z0-9_-]{0,32}["\']?[ \\t]{0,8}(?:=>|:=|[=:])[ \\t]{0,8}';
/** A quote that is not closed ends with its line: better too much than half of a secret. */
const QUOTED = '"((?:[^"\\\\\\n]|\\\\.){4,})|\'((?:[^\'\\\\\\n]|\\\\.){4,})|`((?:[^`\\\\\\n]|\\\\.){4,})';
/** In code, a value without quotes is a name or a call; in settings it is the value. */
const inCode = new RegExp(`${SETS}(?:${QUOTED})`, 'y');
const inSettings = new RegExp(`${SETS}(?:${QUOTED}|([^\\s"'\`#;,]{4,}))`, 'y');

const SETTINGS_FILE = /(?:^|\/)(?:\.env(?:\.[^/]*)?|[^/]*\.(?:env|ini|conf|cfg|cnf|properties|ya?ml|toml)|\.npmrc)$/i;
/** What stands for a value and is none: a variable, a template. */
const PLACEHOLDER = /^(?:\$|%|<|\{\{|(?:null|none|true|false|undefined)$)/i;

/**
 * Values that are secrets by the name they are given (`DB_PASSWORD=…`, `apiKey: '…'`), whatever their form, which the
 * detector of forms cannot know. In files of settings also values without quotes.
 *
 * @param path says what kind of file it is
 */
export function secretAssignments(text: string, path: string): Finding[] {
  const findings: Finding[] = [];
  const tail = SETTINGS_FILE.test(path) ? inSettings : inCode;
  let floor = 0;
  for (const keyword of text.matchAll(KEYWORD)) {
    if (keyword.index < floor) continue;
    tail.lastIndex = keyword.index + keyword[0].length;
    const value = tail
      .exec(text)
      ?.slice(1)
      .find((group) => group !== undefined);
    if (value === undefined || PLACEHOLDER.test(value)) continue;
    floor = tail.lastIndex;
    findings.push({ kind: 'api_key', start: floor - value.length, end: floor });
  }
  return findings;
}

import { describe, expect, it } from 'vitest';
import { conditionWordings } from './conditions.js';
import { functionWordings } from './function-words.js';
import { pluralOf, singularOf, verbForms } from './inflections.js';
import { meaningOf, WORDING_MAX_WORDS } from './lexicon.js';
import { nounWordings } from './nouns.js';
import { verbWordings } from './verbs.js';

describe('the vocabulary', () => {
  const tables = { verbWordings, nounWordings, conditionWordings, functionWordings };

  it.each(Object.entries(tables))(
    '%s can be found in a question: lower case, single spaces, few words',
    (_name, table) => {
      const wordings: string[] = [...(table as ReadonlyMap<string, unknown>).keys()];
      expect(wordings.filter((wording) => wording !== wording.toLowerCase().trim() || /\s\s/.test(wording))).toEqual(
        [],
      );
      expect(wordings.filter((wording) => wording.split(' ').length > WORDING_MAX_WORDS)).toEqual([]);
    },
  );

  it('knows a wording with and without hyphens', () => {
    expect(meaningOf('two-factor')).toBe(meaningOf('two factor'));
    expect(meaningOf('toString')).toBeUndefined();
    expect(meaningOf('constructor')).toBeUndefined();
  });

  it('inflects verbs and nouns', () => {
    expect(verbForms('delete')).toEqual(['delete', 'deletes', 'deleted', 'deleting']);
    expect(verbForms('modify')).toEqual(['modify', 'modifies', 'modified', 'modifying']);
    expect(verbForms('access')).toEqual(['access', 'accesses', 'accessed', 'accessing']);
    for (const noun of ['order', 'policy', 'branch', 'box', 'key']) expect(singularOf(pluralOf(noun))).toBe(noun);
    for (const word of ['status', 'access']) expect(singularOf(word)).toBe(word);
  });
});

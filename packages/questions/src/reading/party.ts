import { anyOf, asciiLower, type Condition, type Filter } from '@attestlog/event';

/** What a person, a program or a thing that is named in words is looked for by. */

/** An address, an id (with digits, `_`, `-`), a full name, or a single word, which can be an id or a name. */
export type NameKind = 'email' | 'id' | 'full-name' | 'word';

/**
 * Whether a condition can be answered: of a sealed field only whole values can be asked. Of several ways to find a party,
 * those that cannot be answered are left out.
 */
export type CanAsk = (condition: Condition) => boolean;

interface Fields {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** A single word may be the first of the two words of a name. */
  readonly isPerson: boolean;
}

const actorFields: Fields = { id: 'actor.id', name: 'actor.name', email: 'actor.email', isPerson: true };
const onBehalfOfFields: Fields = {
  id: 'actor.on_behalf_of.id',
  name: 'actor.on_behalf_of.name',
  email: 'actor.on_behalf_of.email',
  isPerson: true,
};
const targetFields: Fields = { id: 'targets.id', name: 'targets.name', email: 'targets.name', isPerson: false };

export function actorNamed(text: string, kind: NameKind, canAsk: CanAsk): Filter {
  return named(text, kind, actorFields, canAsk);
}

export function onBehalfOfNamed(text: string, kind: NameKind, canAsk: CanAsk): Filter {
  return named(text, kind, onBehalfOfFields, canAsk);
}

export function targetNamed(text: string, kind: NameKind, canAsk: CanAsk): Filter {
  return named(text, kind, targetFields, canAsk);
}

function named(text: string, kind: NameKind, fields: Fields, canAsk: CanAsk): Filter {
  const is = (field: string, ...values: string[]): Condition => ({ op: 'is', field, values: [...new Set(values)] });
  switch (kind) {
    case 'id':
      return is(fields.id, text);
    case 'email':
      return oneOf([is(fields.id, text), is(fields.email, text)], canAsk);
    case 'full-name':
      return is(fields.name, text);
    case 'word': {
      // Ids are compared exactly and mostly in lower case; names are compared without case.
      const either: Condition[] = [is(fields.id, text, asciiLower(text)), is(fields.name, text)];
      if (fields.isPerson) either.push({ op: 'like', field: fields.name, parts: [`${text} `, ''] });
      return oneOf(either, canAsk);
    }
  }
}

/** The id, which comes first, is asked for in any case. */
function oneOf([id, ...others]: readonly Condition[], canAsk: CanAsk): Filter {
  return anyOf(id!, ...others.filter(canAsk));
}

/** `file /etc/passwd`: the file of the event, or a target. */
export function pathNamed(path: string): Filter {
  return anyOf({ op: 'is', field: 'file.path', values: [path] }, { op: 'is', field: 'targets.id', values: [path] });
}

/** A service, a module or another field with a short name, whose case is not sure. */
export function fieldsNamed(fields: readonly string[], text: string): Filter {
  const values = [...new Set([text, asciiLower(text)])];
  return anyOf(...fields.map((field): Filter => ({ op: 'is', field, values })));
}

import * as z from 'zod';

/** Says yes only to what the schema accepts; no to what it refuses, and to the odd value that it accepts too. */
export type Predicate = (value: unknown) => boolean;

type Test<T> = (value: T) => boolean;

/**
 * Compiles a schema to a predicate that finds out in a fraction of the time, and without garbage, that a value is
 * valid. After a no, the schema itself has to decide, and to say what is wrong. So it stays the one source of what is
 * valid, and this may be as narrow as it likes; it must never be wider.
 *
 * Knows the few kinds of schema that an event needs: objects that take no other keys, arrays, strings, numbers,
 * enumerations, optional members, unknown, and refinements that answer at once and look at nothing of an object but
 * the values of its members.
 *
 * @throws {TypeError} at a kind of schema or check that it does not know, so that one is never left out by mistake
 */
export function schemaPredicate(schema: z.core.$ZodType): Predicate {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'string':
      return stringPredicate(schema, def);
    case 'number':
      return numberPredicate(schema, def);
    case 'enum':
      return enumPredicate(schema as z.core.$ZodEnum);
    case 'array':
      return arrayPredicate(def);
    case 'object':
      return objectPredicate(def);
    case 'optional':
      return optionalPredicate(schema, def);
    case 'custom':
      return all([refinement(schema), ...refinements(def)]);
    case 'unknown':
      return all(refinements(def));
    default:
      return unknownKind(`the type ${def.type}`);
  }
}

function stringPredicate(schema: z.core.$ZodType, def: z.core.$ZodStringDef): Predicate {
  if (def.coerce === true || schema instanceof z.core.$ZodStringFormat) unknownKind('a string that is not plain');
  const test = all(checksOf(def).map(stringTest));
  return (value) => typeof value === 'string' && test(value);
}

function stringTest(check: z.core.$ZodCheck<never>): Test<string> {
  if (check instanceof z.core.$ZodCheckMaxLength) return lengthTest(check);
  if (!(check instanceof z.core.$ZodCheckRegex)) return refinement(check);
  const { pattern } = check._zod.def;
  return (text) => {
    // What a pattern with the flag g or y remembers of the last text.
    pattern.lastIndex = 0;
    return pattern.test(text);
  };
}

/** Counts UTF-16 units. Zod counts code points, of which there are never more. */
function lengthTest(check: z.core.$ZodCheckMaxLength): Test<{ readonly length: number }> {
  const { maximum } = check._zod.def;
  return (value) => value.length <= maximum;
}

function numberPredicate(schema: z.core.$ZodType, def: z.core.$ZodNumberDef): Predicate {
  const isInteger = schema instanceof z.core.$ZodNumberFormat;
  if (def.coerce === true || (isInteger && schema._zod.def.format !== 'safeint')) unknownKind('this kind of number');
  const test = all(checksOf(def).map(numberTest));
  const isNumber = isInteger ? Number.isSafeInteger : Number.isFinite;
  return (value) => isNumber(value) && test(value as number);
}

function numberTest(check: z.core.$ZodCheck<never>): Test<number> {
  if (check instanceof z.core.$ZodCheckLessThan) {
    const bound = boundOf(check._zod.def);
    return check._zod.def.inclusive ? (value) => value <= bound : (value) => value < bound;
  }
  if (check instanceof z.core.$ZodCheckGreaterThan) {
    const bound = boundOf(check._zod.def);
    return check._zod.def.inclusive ? (value) => value >= bound : (value) => value > bound;
  }
  return refinement(check);
}

function boundOf({ value }: { readonly value: z.core.util.Numeric }): number {
  return typeof value === 'number' ? value : unknownKind('a bound that is no number');
}

function enumPredicate(schema: z.core.$ZodEnum): Predicate {
  const { values, def } = schema._zod;
  const test = all(refinements(def));
  return (value) => values.has(value as string) && test(value);
}

function arrayPredicate(def: z.core.$ZodArrayDef): Predicate {
  const isItem = schemaPredicate(def.element);
  const test = all<unknown[]>(
    checksOf(def).map((check) => (check instanceof z.core.$ZodCheckMaxLength ? lengthTest(check) : refinement(check))),
  );
  return (value) => {
    if (!Array.isArray(value) || !test(value)) return false;
    for (let index = 0; index < value.length; index++) if (!isItem(value[index])) return false;
    return true;
  };
}

/** Reads what Zod reads, whoever's own it is: every member of the shape, and every key that can be listed. */
function objectPredicate(def: z.core.$ZodObjectDef): Predicate {
  if (def.catchall?._zod.def.type !== 'never') unknownKind('an object that takes other keys');
  const names = Reflect.ownKeys(def.shape).map((key) =>
    typeof key === 'symbol' || key === '__proto__' ? unknownKind('this key') : key,
  );
  const members = names.map((name) => schemaPredicate(def.shape[name] as z.core.$ZodType));
  const known = new Set(names);
  const required = names.filter((name) => def.shape[name]?._zod.def.type !== 'optional');
  const test = all(refinements(def));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const object = value as Record<string, unknown>;
    for (let index = 0; index < names.length; index++) {
      if (!(members[index] as Predicate)(object[names[index] as string])) return false;
    }
    for (let index = 0; index < required.length; index++) if (!((required[index] as string) in object)) return false;
    for (const key in object) if (!known.has(key)) return false;
    return test(object);
  };
}

function optionalPredicate(schema: z.core.$ZodType, def: z.core.$ZodOptionalDef): Predicate {
  if (schema instanceof z.core.$ZodExactOptional) unknownKind('an optional that refuses undefined');
  const isInner = schemaPredicate(def.innerType);
  const test = all(refinements(def));
  return (value) => (value === undefined || isInner(value)) && test(value);
}

function checksOf(def: z.core.$ZodTypeDef): readonly z.core.$ZodCheck<never>[] {
  return def.checks ?? [];
}

function refinements(def: z.core.$ZodTypeDef): Test<unknown>[] {
  return checksOf(def).map(refinement);
}

/** Only `true` is a yes: a promise, which Zod would not take here, is not. */
function refinement(check: z.core.$ZodCheck<never> | z.core.$ZodType): Test<unknown> {
  if (!(check instanceof z.core.$ZodCustom)) return unknownKind('a check that is no refinement');
  const { fn, when } = check._zod.def;
  if (when !== undefined) unknownKind('a refinement with a condition');
  return (value) => fn(value) === true;
}

function all<T>(tests: readonly Test<T>[]): Test<T> {
  const [first, second] = tests;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  return (value) => {
    for (let index = 0; index < tests.length; index++) if (!(tests[index] as Test<T>)(value)) return false;
    return true;
  };
}

function unknownKind(what: string): never {
  throw new TypeError(`No predicate can be made of this schema: it has ${what}.`);
}

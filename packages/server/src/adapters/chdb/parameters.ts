/** Values for `{name:Type}` placeholders. Integers may be bigint; a list is for Array(…) of the same. */
export type ParameterValue = string | number | bigint | readonly (string | number | bigint)[];
export type Parameters = Readonly<Record<string, ParameterValue>>;

/**
 * The statement that sets a session's query parameters. A value passes two readers: the engine reads the literal, and
 * then the parameter's type reads its text form; it is escaped for both. `queryBindAsync` of the driver would do the
 * same, but lets only one query of the whole process run at a time.
 *
 * @returns '' when there is nothing to set
 * @throws RangeError for a NUL, which would end the text inside the driver
 */
export function setParameters(parameters: Parameters): string {
  const pairs = Object.entries(parameters).map(([name, value]) => {
    if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw new RangeError(`not a parameter name: ${name}`);
    return `param_${name} = '${escapeLiteral(textForm(value))}'`;
  });
  return pairs.length === 0 ? '' : `SET ${pairs.join(', ')}; `;
}

function textForm(value: ParameterValue): string {
  if (typeof value === 'string') return escapeText(value);
  if (typeof value === 'object') {
    const items = value.map((item) => (typeof item === 'string' ? `'${escapeLiteral(item)}'` : String(item)));
    return `[${items.join(',')}]`;
  }
  return String(value);
}

/** For the TSV form in which a String parameter is read. */
function escapeText(value: string): string {
  return value.replace(/[\\\t\n\r\b\f]/g, (character) => TEXT_ESCAPES[character]!);
}

/** A text inside the quotes of an SQL literal. @throws RangeError for a NUL, which would end the text in the driver */
export function escapeLiteral(value: string): string {
  if (value.includes('\0')) throw new RangeError('a parameter holds a NUL');
  return value.replace(/[\\'\t\n\r\b\f]/g, (character) => TEXT_ESCAPES[character]!);
}

const TEXT_ESCAPES: Record<string, string> = {
  '\\': '\\\\',
  "'": "\\'",
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\b': '\\b',
  '\f': '\\f',
};

import type { Parameters, ParameterValue } from './parameters.js';

/** Gathers the values of a filter. What stands in the SQL is a placeholder whose name comes from a count alone. */
export class FilterParameters {
  readonly #values: Record<string, ParameterValue> = {};
  readonly #constants = new Map<string, string>();
  readonly #prefix: string;
  #count = 0;

  /** @param prefix of the placeholders' names, where one query has those of several */
  constructor(prefix = 'f') {
    this.#prefix = prefix;
  }

  get values(): Parameters {
    return this.#values;
  }

  text(value: string): string {
    return this.#add(value, 'String');
  }

  /** A text of ours, which takes room once however often it is used. */
  constant(value: string): string {
    const known = this.#constants.get(value) ?? this.text(value);
    this.#constants.set(value, known);
    return known;
  }

  texts(values: readonly string[]): string {
    return this.#add(values, 'Array(String)');
  }

  /** A moment in nanoseconds since 1970. */
  moment(ns: bigint): string {
    return `fromUnixTimestamp64Nano(${this.#add(ns, 'Int64')}, 'UTC')`;
  }

  /** A number by its bits: the engine reads the text of a float quickly, and not always to the last digit. */
  float64(value: number): string {
    const bits = new DataView(new ArrayBuffer(8));
    bits.setFloat64(0, value);
    return `reinterpretAsFloat64(${this.#add(bits.getBigUint64(0), 'UInt64')})`;
  }

  int64(value: bigint): string {
    return this.#add(value, 'Int64');
  }

  /** A parameter of an aggregate function, which takes no expression in its place. */
  count(value: number): string {
    return this.#add(value, 'UInt64');
  }

  /** The same for a number that may be a little off. */
  float(value: number): string {
    return this.#add(value, 'Float64');
  }

  int64s(values: readonly bigint[]): string {
    return this.#add(values, 'Array(Int64)');
  }

  #add(value: ParameterValue, type: string): string {
    const name = `${this.#prefix}${this.#count++}`;
    this.#values[name] = value;
    return `{${name}:${type}}`;
  }
}

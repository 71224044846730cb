import { type Condition, ipNetwork } from '@attestlog/event';

/** The texts one of which a value has to be, for a condition that asks for equality; undefined for any other one. */
export function equalTexts(condition: Condition): readonly string[] | undefined {
  if (condition.op === 'is') return condition.values;
  if (condition.op !== 'network') return undefined;
  return condition.networks.every(isOneAddress) ? condition.networks.map(addressOf) : undefined;
}

/** An address, or a network of one: `192.0.2.7/32`. */
function isOneAddress(network: string): boolean {
  const range = ipNetwork(network);
  return range !== undefined && range.from === range.to;
}

function addressOf(network: string): string {
  const slash = network.indexOf('/');
  return slash === -1 ? network : network.slice(0, slash);
}

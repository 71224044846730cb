const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const HEX_GROUP = /^[0-9A-Fa-f]{1,4}$/;
const ZONE = /^[0-9A-Za-z._~-]{1,32}$/;

/**
 * An IPv4 address in dotted form or an IPv6 address (RFC 4291, section 2.2), with a zone (RFC 4007) or not; no port,
 * no brackets, no prefix length. Audit logs put other things where an address belongs (`AWS Internal`, host names):
 * those go to `source.host` or `source.service`.
 */
export function isIpAddress(text: string): boolean {
  return IPV4.test(text) || (text.includes(':') && isIpv6(text));
}

function isIpv6(text: string): boolean {
  const percent = text.indexOf('%');
  if (percent !== -1 && !ZONE.test(text.slice(percent + 1))) return false;
  const address = percent === -1 ? text : text.slice(0, percent);
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const head = groupsOf(halves[0] as string, halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] as string, true) : 0;
  if (head === undefined || tail === undefined) return false;
  return halves.length === 2 ? head + tail <= 7 : head === 8;
}

/** 16-bit groups in a part of an address; a dotted IPv4 address may be its end and counts for two. */
function groupsOf(part: string, isEnd: boolean): number | undefined {
  if (part === '') return 0;
  const groups = part.split(':');
  let count = 0;
  for (const [index, group] of groups.entries()) {
    if (HEX_GROUP.test(group)) count += 1;
    else if (isEnd && index === groups.length - 1 && IPV4.test(group)) count += 2;
    else return undefined;
  }
  return count;
}

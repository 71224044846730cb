/**
 * How much the application itself does. `empty`: it answers a GET with next to nothing. `small`: it reads a JSON body of
 * some hundred bytes, waits for one thing, and answers with 1.5 kB of JSON.
 */
export type Work = 'empty' | 'small';

/** The request that each work is asked by. */
export const requestOf: Readonly<Record<Work, Buffer>> = {
  empty: Buffer.from(head('GET /orders/17?page=2')),
  small: (() => {
    const body = JSON.stringify({
      customer: { id: 'c-17', country: 'DE' },
      states: ['open', 'paid', 'sent'],
      from: '2025-10-06T12:54:12.025Z',
      to: '2025-11-06T12:54:12.025Z',
      page: { size: 10, after: 'b2ZmLTE3LTIwMjU' },
      fields: ['id', 'amount', 'currency', 'customer', 'placed_at', 'status'],
    });
    const length = `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
    return Buffer.from(head('POST /shops/17/orders/search', length) + body);
  })(),
};

function head(line: string, more = ''): string {
  const agent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
  return `${line} HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: ${agent}\r\naccept: application/json\r\n${more}\r\n`;
}

// One core, no I/O: what looking for personal data and secrets costs an event, by what the event is made of.
import {
  applyDetections,
  canonicalJson,
  type DetectionActions,
  defaultPolicy,
  detectionKinds,
  type EventInput,
  recordingDecider,
  scanEvent,
} from '@attestlog/event';
import { makeEvent } from './events.js';
import { type CpuCost, measureCpu } from './measure-cpu.js';
import { readOptions } from './options.js';
import { Random } from './random.js';
import { publish } from './report.js';

const options = readOptions('detection', 'What finding personal data and secrets costs, on one core, without I/O.', {
  seconds: { help: 'time for each kind of event', default: '1' },
});
const EVENTS = 500;
/** What an event of the other benches has as an entry. */
const EVENT_BYTES = 865;
const AIM_US = 20;

const WORDS =
  'the manager approved order payment of customer after review and sent report to finance because limit was reached'.split(
    ' ',
  );
const FINDINGS = [
  'jane.doe@example.com',
  '4242 4242 4242 4242',
  '+1 202-555-0142',
  '203.0.113.7',
  'DE89370400440532013000',
  'ssn 078-05-1120',
  '2001:db8::8a2e:370:7334',
];

type Fill = (random: Random) => string;

/** Kinds of text, of which free fields are made until the event has its size. */
const usual: Record<string, Fill> = {
  words: (random) => random.pick(WORDS),
  'ids (UUIDs, hashes)': (random) =>
    `${random.hex(8)}-${random.hex(4)}-${random.hex(4)}-${random.hex(12)} ${random.hex(40)}`,
  'times and amounts': (random) =>
    `2025-10-0${random.between(1, 9)}T12:5${random.between(0, 9)}:12.${random.between(100, 999)}Z ${random.between(1, 9999)}.50 EUR`,
  'paths and URLs': (random) =>
    `https://api.example.com/v1/orders/${random.hex(12)}?page=${random.between(1, 99)}&size=50`,
  'words with a finding in ten': (random) => (random.chance(0.1) ? random.pick(FINDINGS) : random.pick(WORDS)),
};
const hostile: Record<string, Fill> = {
  'findings only': (random) => random.pick(FINDINGS),
  'digits one by one': (random) => String(random.between(0, 9)),
  'digits in fours': (random) => `card ${random.between(1000, 9999)}`,
  'telephone after telephone, none': (random) => `phone ${random.between(1, 9)} ${random.between(1, 9)}`,
  '@ after @': () => 'a.b@c.d',
  'beginnings of secrets': (random) => random.pick(['ghp_', 'sk_live_', 'AKIA', 'eyJ', 'DE89', 'xoxb-', 'npm_']),
  colons: () => '2001:db8: ://a: x=',
};

const rows: { name: string; group: string; cost: CpuCost; bytes: number }[] = [];
const milliseconds = options.number('seconds') * 1000;
const random = new Random(11);
const common = Array.from({ length: EVENTS }, () => makeEvent(random));
measure('events of the other benches', 'usual', common, scanEvent);
for (const [group, fills] of Object.entries({ usual, hostile })) {
  for (const [name, fill] of Object.entries(fills)) measure(name, group, filled(fill), scanEvent);
}
const maskAll = Object.fromEntries(detectionKinds.map((kind) => [kind, 'mask'])) as DetectionActions;
const withFindings = filled(usual['words with a finding in ten']!);
measure('words with a finding in ten, masked too', 'beside', withFindings, (event) =>
  applyDetections(event, scanEvent(event), maskAll),
);
const decide = recordingDecider({ ...defaultPolicy, exclude_actions: ['health_check', 'metrics.*'], sample_rate: 0.5 });
measure('intake policy (2 exclusions, sampling)', 'beside', common, (event) => decide(event));
measure('canonical JSON of the other benches’ events', 'beside', common, canonicalJson);

const perEventUs = ({ medianMs }: CpuCost) => (medianMs * 1000) / EVENTS;
const costs = (group: string) => rows.filter((row) => row.group === group).map(({ cost }) => perEventUs(cost));
const sorted = costs('usual').sort((a, b) => a - b);
const median = sorted[sorted.length >> 1]!;
const worstUsual = sorted.at(-1)!;
const worst = Math.max(...costs('hostile'));
await publish(
  {
    bench: 'detection',
    settings: { events: EVENTS, bytes: EVENT_BYTES },
    tables: [
      {
        title: `CPU time of one core for an event of about ${EVENT_BYTES} bytes, by what its free text is made of`,
        columns: ['text', 'group', 'bytes', 'µs an event'],
        rows: rows.map(({ name, group, bytes, cost }) => [name, group, bytes, perEventUs(cost)]),
      },
    ],
    aims: [
      aim('median of the usual kinds', median),
      aim('worst of the usual kinds', worstUsual),
      aim('worst of the hostile kinds', worst),
    ],
  },
  options.text('json'),
);

function measure(
  name: string,
  group: string,
  events: readonly EventInput[],
  run: (event: EventInput) => unknown,
): void {
  const bytes = events.reduce((sum, event) => sum + JSON.stringify(event).length, 0) / events.length;
  const cost = measureCpu(() => events.map((event) => run(event)), milliseconds);
  rows.push({ name, group, cost, bytes: Math.round(bytes) });
}

/** Events whose size is made up of this text: a message, and values of the metadata and of the request. */
function filled(fill: Fill): EventInput[] {
  return Array.from({ length: EVENTS }, () => {
    const notes: string[] = [];
    const event = { action: 'order.update', message: '', metadata: { notes }, request: { body: '' } };
    event.message = textOf(fill, 200);
    event.request.body = textOf(fill, 200);
    while (JSON.stringify(event).length < EVENT_BYTES - 60) notes.push(textOf(fill, 60));
    return event;
  });
}

function textOf(fill: Fill, chars: number): string {
  const parts: string[] = [];
  for (let length = 0; length < chars; length += parts.at(-1)!.length + 1) parts.push(fill(random));
  return parts.join(' ');
}

function aim(what: string, us: number) {
  return { what, aim: `< ${AIM_US} µs`, seen: `${us.toFixed(1)} µs`, met: us < AIM_US };
}

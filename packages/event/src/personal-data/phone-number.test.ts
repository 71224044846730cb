import { describe, expect, it } from 'vitest';
import { detect } from './detect.js';

const phones = (text: string, label?: string) =>
  detect(text, label)
    .filter(({ kind }) => kind === 'phone')
    .map(({ start, end }) => text.slice(start, end));

describe('a number with its country', () => {
  it.each([
    '+1 202-555-0142',
    '+12025550142',
    '+1 (202) 555-0142',
    '+1.202.555.0142',
    '+44 20 7946 0958',
    '+447700900123',
    '+49 (30) 23125-001',
    '+49 (0)30 23125001',
    '+33 1 99 00 12 34',
    '+353 20 912 3456',
    '+7 999 555-01-23',
  ])('%s', (number) => {
    expect(phones(`at ${number}, now`)).toEqual([number]);
    expect(phones(number)).toEqual([number]);
  });

  it.each(['+12500000', '+1 102 555 0142', '+0200', '+00 123456789', '+11.576124', '+99', 'a+442079460958', '+210'])(
    '%s is none',
    (text) => {
      expect(phones(text)).toEqual([]);
    },
  );

  it('ends where enough digits are there', () => {
    expect(phones('+12025550142 2025')).toEqual(['+12025550142']);
    expect(phones('+442079460958 2025')).toEqual(['+442079460958']);
    expect(phones('+1 202-555-0142-9')).toEqual([]);
  });
});

describe('a number without its country', () => {
  it.each(['202-555-0142', '(202) 555-0142', '(202)555-0142', '202.555.0142', '202 555 0142', '1-202-555-0142'])(
    'of North America is one by its groups: %s',
    (number) => {
      expect(phones(`at ${number}!`)).toEqual([number]);
      expect(phones(`order ${number}`)).toEqual([]);
    },
  );

  it.each(['202-155-0142', '102-555-0142', '211-555-0142', '202-555-01422', '202/555-0142', '4-202-555-0142'])(
    '%s is none',
    (text) => {
      expect(phones(`at ${text}`)).toEqual([]);
    },
  );

  it('of elsewhere is one beside a word', () => {
    expect(phones('020 7946 0958')).toEqual([]);
    expect(phones('phone 020 7946 0958')).toEqual(['020 7946 0958']);
    expect(phones('Telefonnummer: 030/23125001')).toEqual(['030/23125001']);
    expect(phones('07700900123', 'mobileNumber')).toEqual(['07700900123']);
    expect(phones('call 020 7946 0958')).toEqual(['020 7946 0958']);
    expect(phones('call 12079460958')).toEqual([]);
    expect(phones('phone 12')).toEqual([]);
    expect(phones('phone 2025-10-06')).toEqual([]);
    expect(phones('phone order 12079460958')).toEqual([]);
  });
});

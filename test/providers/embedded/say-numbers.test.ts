import { expect, it } from 'vitest'
import { inWords } from '../../../app/providers/embedded/speech/say-numbers.ts'

it.each([
  ['It costs $5.', 'It costs five dollars .'],
  [
    '$1,234.50, not €6',
    'one thousand two hundred thirty four point five zero dollars , not six euros',
  ],
  ['12:30 or 10:00', "twelve thirty or ten o'clock"],
  ['1,000,000', 'one million'],
  [
    '999999999999999',
    `${['trillion ', 'billion ', 'million ', 'thousand ', ''].map((name) => `nine hundred ninety nine ${name}`).join('')}`,
  ],
  [
    '007, 1234567890123456',
    'zero zero seven , one two three four five six seven eight nine zero one two three four five six',
  ],
  ['21% & 110', 'twenty one percent and one hundred ten'],
])('%s is said as it is read', (written, said) => {
  expect(inWords(written).trim().replace(/\s+/g, ' ')).toBe(said.trim())
})

import { describe, expect, it } from 'vitest'
import { writeSrt, writeVtt } from '../../app/codecs/sound/subtitles.ts'

const CUES = [
  { start: 0, end: 1.2345, text: ' A & B\n\nC --> D ' },
  { start: 3661.9999, end: 3661.9999, text: 'x < y' },
]

describe('subtitles', () => {
  it('of SubRip', () => {
    expect(writeSrt(CUES)).toBe(
      '1\n00:00:00,000 --> 00:00:01,235\nA & B\nC -> D\n\n2\n01:01:02,000 --> 01:01:02,001\nx < y\n',
    )
    expect(writeSrt([])).toBe('')
  })

  it('of the Web', () => {
    expect(writeVtt(CUES)).toBe(
      'WEBVTT\n\n00:00:00.000 --> 00:00:01.235\nA &amp; B\nC -&gt; D\n\n01:01:02.000 --> 01:01:02.001\nx &lt; y\n',
    )
    expect(writeVtt([])).toBe('WEBVTT\n')
  })
})

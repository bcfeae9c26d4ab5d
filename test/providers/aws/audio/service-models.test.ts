import { describe, expect, it } from 'vitest'
import { bestLanguage } from '../../../../app/providers/aws/polly/choose-voice.ts'
import { ENGINE_REGIONS } from '../../../../app/providers/aws/polly/data/regions.ts'
import { shippedVoices } from '../../../../app/providers/aws/polly/data/voices.ts'
import { inBreaths } from '../../../../app/providers/aws/polly/spoken-text.ts'
import { ENGINES, voiceOfWire } from '../../../../app/providers/aws/polly/voice.ts'
import {
  BATCH_LANGUAGES,
  codeOf,
  STREAMING_LANGUAGES,
} from '../../../../app/providers/aws/transcribe/languages.ts'
import { readResult } from '../../../../app/providers/aws/transcribe/read-result.ts'
import { createTranscriptReader } from '../../../../app/providers/aws/transcribe/stream-transcript.ts'
import { sharedJson } from '../../../fakes/shared.ts'

type Shapes = { shapes: Record<string, { enum?: string[] }> }
const polly = sharedJson('specs/aws/polly.service-2.json') as Shapes | undefined
const samples = 'specs/catalogue-samples'

describe.skipIf(!polly)('what we know of AWS’s speech services', () => {
  it('are the voices of the service model, as its sample tells them', () => {
    const { Voices } = sharedJson(`${samples}/polly.DescribeVoices.us-east-1.json`) as {
      Voices: unknown[]
    }
    const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1)
    expect(shippedVoices().toSorted(byId)).toEqual(
      Voices.map((voice) => voiceOfWire(voice)!).toSorted(byId),
    )
    expect(
      shippedVoices()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(polly!.shapes['VoiceId']!.enum!.toSorted())
  })

  it('are the regions of the engines', () => {
    const { services } = sharedJson('specs/models.json') as {
      services: { id: string; regions?: string[] }[]
    }
    for (const engine of ENGINES) {
      const known = services.find(({ id }) => id === `amazon.polly-${engine}`)
      expect(ENGINE_REGIONS[engine]).toEqual(known!.regions)
    }
  })

  it('are the languages of jobs', () => {
    const { shapes } = sharedJson('specs/aws/transcribe.service-2.json') as Shapes
    expect([...BATCH_LANGUAGES].sort()).toEqual(shapes['LanguageCode']!.enum!.toSorted())
  })

  it('read the samples of what a job writes', () => {
    const read = (name: string) =>
      readResult(JSON.stringify(sharedJson(`${samples}/transcribe.batch-result.${name}.json`)))
    expect(read('speaker-labels').segments!.map(({ speaker, text }) => [speaker, text])).toEqual([
      ['A', 'Hello and welcome to the show.'],
      ['B', 'Thank you, glad to be here.'],
    ])
    expect(read('language-identified')).toMatchObject({ language: 'en-US', duration: 3.93 })
    expect(read('silence')).toMatchObject({ text: '', words: [], segments: [] })
  })

  it('read the sample of a stream', () => {
    const { events } = sharedJson(`${samples}/transcribe.streaming.events.json`) as {
      events: { payload: unknown }[]
    }
    const reader = createTranscriptReader({ speakers: true, redacts: false, language: 'en-US' })
    const heard = events.flatMap(({ payload }) => reader.read(JSON.stringify(payload)))
    const { transcript } = reader.transcript()
    expect(heard.map(({ delta }) => delta).join('')).toBe(transcript.text)
    expect(transcript.segments!.length).toBeGreaterThan(0)
  })
})

describe('what a job writes of hours', () => {
  it('is read, though it has more items than a function takes parameters', () => {
    const items = Array.from({ length: 200_000 }, (_, at) => ({
      type: 'pronunciation',
      alternatives: [{ content: 'la' }],
      start_time: String(at),
      end_time: String(at + 1),
    }))
    const results = { transcripts: [{ transcript: 'la' }], items }
    expect(readResult(JSON.stringify({ results })).duration).toBe(200_000)
  })
})

describe('languages by other names', () => {
  it.each([
    ['en', 'en-US'],
    ['de_at', 'de-DE'],
    ['pt', 'pt-BR'],
    ['zh', 'zh-CN'],
    ['tlh', undefined],
  ])('%s is %s to Transcribe', (said, code) => {
    expect(codeOf(said, BATCH_LANGUAGES)).toBe(code)
    expect(codeOf('en', STREAMING_LANGUAGES)).toBe('en-US')
  })

  it.each([
    ['nb', 'nb-NO'],
    ['zh-tw', 'cmn-CN'],
    ['fr-LU', 'fr-FR'],
    ['cy', 'cy-GB'],
    ['tlh', undefined],
  ])('%s is %s to Polly', (said, code) => {
    const all = [...new Set(shippedVoices().flatMap(({ languages }) => languages))]
    expect(bestLanguage(all, said)).toBe(code)
  })
})

describe('a long text in breaths', () => {
  it('loses nothing and fits', () => {
    const text = `${'A sentence, with a clause & more. '.repeat(300)}\n${'x'.repeat(7000)} ${'😀'.repeat(2000)}`
    const pieces = inBreaths(text)
    expect(pieces.join('')).toBe(text)
    expect(pieces.every((piece) => piece.length <= 3000)).toBe(true)
    expect(pieces.every((piece) => !/[\uD800-\uDBFF]$/.test(piece))).toBe(true)
    expect(pieces[0]!.endsWith('. ')).toBe(true)
  })

  it.each([
    ['a number', 'It is 3.14159 and goes on. ', '3.'],
    ['an address', 'It is at www.example.com today. ', 'example.'],
    ['thousands', 'He has 1,000,000 of them ', '1,'],
    ['wrapped lines', 'A line is wrapped\nbefore its end. ', 'wrapped\n'],
  ])('is not cut within %s', (_, sentence, cut) => {
    for (let length = 0; length < sentence.length; length++) {
      const [first = ''] = inBreaths(`${'x'.repeat(length)} ${sentence.repeat(150)}`)
      expect(first.endsWith(cut)).toBe(false)
    }
  })

  it('is cut between sentences where no blank stands', () => {
    const [first = ''] = inBreaths('我们今天去公园。'.repeat(500))
    expect(first.endsWith('。')).toBe(true)
  })
})

import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../app/errors.ts'
import type { TranscriptionModel, TranscriptionRequest } from '../../app/ports/transcription.ts'

interface TranscriptionStage {
  model: TranscriptionModel
  /** A recording it can hear, of the sentence `Hello there. It works.` */
  recording: Uint8Array<ArrayBuffer>
  mediaType: string
  close?(): Promise<void>
}

const call = () => ({ requestId: 'req_1', signal: new AbortController().signal })
const TEXT = 'Hello there. It works.'

/** What every transcription model keeps to. */
export function transcriptionContract(name: string, open: () => Promise<TranscriptionStage>): void {
  const asked = (
    { recording, mediaType }: TranscriptionStage,
    more: Partial<TranscriptionRequest> = {},
  ): TranscriptionRequest => ({
    model: 'stt',
    audio: new Blob([recording]).stream() as ReadableStream<Uint8Array<ArrayBuffer>>,
    size: recording.length,
    mediaType,
    ...more,
  })

  describe(`${name} keeps the transcription contract`, () => {
    it('writes down what is said, with times that rise', async () => {
      const stage = await open()
      const { transcript, usage, served } = await stage.model.transcribe(asked(stage), call())
      const { text, words = [], segments = [] } = transcript
      expect(text).toBe(TEXT)
      expect(usage.audioSeconds).toBeGreaterThan(0)
      expect(served).toMatchObject({ provider: expect.any(String), attempts: 1 })
      if (stage.model.knows) return
      expect(words.map(({ word }) => word)).toEqual(['Hello', 'there', 'It', 'works'])
      expect(segments.map((segment) => segment.text)).toEqual(['Hello there.', 'It works.'])
      const times = words.flatMap(({ start, end }) => [start, end])
      expect(times).toEqual(times.toSorted((one, other) => one - other))
    })

    it('tells who speaks where that is asked for', async () => {
      const stage = await open()
      const { transcript } = await stage.model.transcribe(asked(stage, { speakers: true }), call())
      if (stage.model.knows) return
      expect(transcript.segments!.every(({ speaker }) => speaker !== undefined)).toBe(true)
    })

    it('streams the same text in pieces', async () => {
      const stage = await open()
      const streamed = await stage.model.stream!(asked(stage, { language: 'en' }), call())
      let text = ''
      for (let heard = await streamed.events.read(); heard; heard = await streamed.events.read()) {
        text += heard.delta
      }
      expect(text).toBe(TEXT)
      expect(streamed.events.transcript().transcript.text).toBe(TEXT)
      expect(await streamed.events.read()).toBeUndefined()
    })

    it('can be stopped while it listens', async () => {
      const stage = await open()
      const { events } = await stage.model.stream!(asked(stage, { language: 'en' }), call())
      events.cancel()
      events.cancel()
      expect(await events.read()).toBeUndefined()
    })

    it('refuses what it cannot hear', async () => {
      const stage = await open()
      const recording = new TextEncoder().encode('nothing')
      const request = asked({ ...stage, recording, mediaType: 'audio/x-nothing' })
      const thrown = await stage.model.transcribe(request, call()).catch((one: unknown) => one)
      expect(thrown).toBeInstanceOf(GatewayError)
      expect(thrown).toMatchObject({ param: 'file' })
    })
  })
}

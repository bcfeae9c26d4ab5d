import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../app/errors.ts'
import type { SpeechModel, SpeechRequest } from '../../app/ports/speech.ts'

interface SpeechStage {
  model: SpeechModel
  /** A voice of its own, and formats it gives. */
  voice: string
  formats: readonly string[]
}

const call = () => ({ requestId: 'req_1', signal: new AbortController().signal })

const refusalOf = (asking: Promise<unknown>) =>
  asking.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )

/** What every speech model keeps to. */
export function speechContract(name: string, open: () => Promise<SpeechStage>): void {
  const asked = (stage: SpeechStage, more: Partial<SpeechRequest> = {}): SpeechRequest => ({
    model: 'tts',
    text: 'Hello there.',
    voice: stage.voice,
    format: stage.formats[0]!,
    ...more,
  })

  describe(`${name} keeps the speech contract`, () => {
    it('speaks in every format it gives, and says what it is and what it cost', async () => {
      const stage = await open()
      for (const format of stage.formats) {
        const spoken = await stage.model.speak(asked(stage, { format }), call())
        const bytes = new Uint8Array(await new Response(spoken.audio).arrayBuffer())
        expect(bytes.length).toBeGreaterThan(0)
        expect(spoken.mediaType).toMatch(/^(audio\/|application\/x-json-stream)/)
        expect(spoken.usage).toMatchObject({ characters: 12 })
        expect(spoken.served).toMatchObject({ provider: expect.any(String), attempts: 1 })
      }
    })

    it('knows OpenAI’s voices', async () => {
      const stage = await open()
      for (const voice of ['alloy', 'onyx', 'Nova']) {
        const { audio } = await stage.model.speak(asked(stage, { voice }), call())
        await audio.cancel()
      }
    })

    it('can be stopped while it speaks', async () => {
      const stage = await open()
      const { audio } = await stage.model.speak(asked(stage, { text: 'One. Two. Three.' }), call())
      const reader = audio.getReader()
      await reader.read()
      await reader.cancel()
    })

    it.each([
      ['voice', { voice: 'nobody at all' }],
      ['response_format', { format: 'wma' }],
      ['input', { text: '   ' }],
    ] as const)('refuses a %s it does not have', async (param, more) => {
      const stage = await open()
      const thrown = await refusalOf(stage.model.speak(asked(stage, more), call()))
      expect(thrown).toBeInstanceOf(GatewayError)
      expect(thrown).toMatchObject({ code: 'invalid-request', param })
    })

    it('names the fields that had no effect', async () => {
      const stage = await open()
      const extras = { instructions: 'Whisper.' }
      const { served, audio } = await stage.model.speak(asked(stage, { extras }), call())
      await audio.cancel()
      expect(served.ignored).toEqual(['instructions'])
    })
  })
}

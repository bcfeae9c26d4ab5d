import type { Usage } from '../../conversation/events.ts'
import type { Served } from '../../ports/call.ts'
import type { Services } from '../../ports/services.ts'
import type { SpeechRequest, SpokenText } from '../../ports/speech.ts'
import type { Asking } from '../answer.ts'
import { governFields } from '../extra-fields.ts'
import { screened } from '../guarded.ts'
import { type Operated, operate, withParams } from './operate.ts'

export interface SpeechOrder extends Omit<SpeechRequest, 'extras'> {
  /** Fields that only some models know, by their names. */
  own?: Readonly<Record<string, unknown>>
  /** Fields nobody knows, for models that do. */
  fields?: Record<string, unknown>
}

export type Spoken = SpokenText & { usage: Usage; served: Served }

/** Has a text spoken by the model that is named; the audio is read by whoever asked. Throws `GatewayError`. */
export function speak(
  { own, fields, ...request }: SpeechOrder,
  asking: Asking,
  services: Services,
): Promise<Operated<Spoken>> {
  const { model: name, text } = request
  const { extras: unknown, ignored } = governFields({ extraFields: fields }, services.config)
  const extras = { ...own, ...unknown }
  return operate(
    {
      operation: 'speech',
      model: name,
      suits: ({ output }) => output.includes('audio'),
      pick: (found) => found.speech,
      kind: 'a speech model',
      tokens: () => 0,
      units: { characters: text.length },
      seconds: services.config.AUDIO_JOB_TIMEOUT,
      async work(model, call, { card, alias }) {
        const guarding = { card, services, call, guardrail: alias?.guardrail }
        const words = { texts: [text], extras: withParams(extras, alias) }
        const told = await screened(words, guarding)
        const judged = { ...request, text: told.texts[0] ?? text, extras: told.extras }
        const spoken = await model.speak(judged, call)
        const served = { ...spoken.served, ignored: [...ignored, ...spoken.served.ignored] }
        return { ...spoken, served }
      },
    },
    asking,
    services,
  )
}

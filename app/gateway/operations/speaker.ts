import { entryOf } from '../../codecs/table.ts'
import { amended, GatewayError } from '../../errors.ts'
import type { Call } from '../../ports/call.ts'
import type { Services } from '../../ports/services.ts'
import type { Speech, SpeechModel } from '../../ports/speech.ts'
import { resolveModel } from '../names/resolve-model.ts'

type Known = Pick<Services, 'config' | 'providers' | 'runtime' | 'media' | 'state' | 'metering'>

/** OpenAI's names of formats in chat, where they differ from those of its speech. */
const FORMATS: Readonly<Record<string, string>> = { pcm16: 'pcm' }

/** Speaks answers of chat by the model that is configured for that (DEFAULT_TTS_MODEL). */
export function createSpeaker(services: Known): Speech {
  const find = async (): Promise<SpeechModel | undefined> => {
    const { config } = services
    try {
      const suits = ({ output }: { output: readonly string[] }) => output.includes('audio')
      return (await resolveModel(config.DEFAULT_TTS_MODEL, services, { suits })).found.speech
    } catch (thrown) {
      if (thrown instanceof GatewayError && thrown.code === 'model-not-found') return undefined
      throw thrown
    }
  }
  const model = async (): Promise<SpeechModel> => {
    const found = await find()
    if (found) return found
    throw new GatewayError(
      'feature-unavailable',
      'No speech service is configured on this server (DEFAULT_TTS_MODEL): \'modalities\' can be ["text"] only.',
      { param: 'modalities' },
    )
  }
  return {
    async ready({ voice, format }) {
      const found = await model()
      await found.check?.({ voice, format: formatOf(format) }).catch(throwInChat)
    },
    async speak(text, { voice, format, signal, requestId = crypto.randomUUID(), as }) {
      const call: Call = { requestId, signal, as }
      const asked = {
        model: services.config.DEFAULT_TTS_MODEL,
        text,
        voice,
        format: formatOf(format),
      }
      const speaking = (await model()).speak(asked, call)
      const { audio, mediaType, usage } = await speaking.catch(throwInChat)
      return { audio, mediaType, characters: usage.characters }
    },
  }
}

const formatOf = (format: string) => entryOf(FORMATS, format) ?? format

/** The names of a speech request's fields in a chat request. */
const PARAMS: Readonly<Record<string, string>> = {
  voice: 'audio.voice',
  response_format: 'audio.format',
  input: 'messages',
}

function throwInChat(thrown: unknown): never {
  const param =
    thrown instanceof GatewayError && thrown.param ? entryOf(PARAMS, thrown.param) : undefined
  if (!(thrown instanceof GatewayError) || param === undefined) throw thrown
  throw amended(thrown, { param })
}

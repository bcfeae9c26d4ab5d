import { entryOf } from '../../codecs/table.ts'
import { GatewayError } from '../../errors.ts'
import type { ModelCard } from '../../ports/models.ts'
import type { SpeechModel } from '../../ports/speech.ts'
import { servedBy } from './answers.ts'
import type { UpstreamClient } from './client.ts'
import { streamOf } from './server-events.ts'

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  opus: 'audio/ogg',
  aac: 'audio/aac',
  flac: 'audio/flac',
  wav: 'audio/wav',
  pcm: 'audio/pcm',
}

/** `POST /audio/speech` (https://platform.openai.com/docs/api-reference/audio/createSpeech). */
export function createSpeechModel(client: UpstreamClient, card: ModelCard): SpeechModel {
  return {
    async speak({ text, voice, format, speed, language, extras }, { signal, trace }) {
      const body = JSON.stringify({
        ...extras,
        model: card.id,
        input: text,
        voice,
        response_format: format,
        ...(speed !== undefined && { speed }),
      })
      const question = { path: '/audio/speech', body, accept: '*/*', trace }
      const response = await client.ask(question, signal)
      const type = response.header('content-type')
      if (type?.includes('json') || type?.includes('html')) {
        response.body.cancel()
        throw new GatewayError('upstream', 'The model gave an answer that could not be heard.', {
          cause: new Error(`speech was asked for, and ${type} came`),
        })
      }
      return {
        audio: streamOf(response.body),
        mediaType: type?.startsWith('audio/')
          ? type
          : (entryOf(MEDIA_TYPES, format) ?? 'audio/mpeg'),
        usage: { input: 0, output: 0, characters: text.length },
        served: servedBy(client.upstream, card.id, language === undefined ? [] : ['language']),
      }
    },
  }
}

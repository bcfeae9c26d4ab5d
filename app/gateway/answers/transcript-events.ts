import type { FrameSource } from '../../codecs/streams/pump.ts'
import type { Usage } from '../../conversation/events.ts'
import type { ServerSide } from '../../dialects/dialect.ts'
import { asGatewayError } from '../../errors.ts'
import type {
  HeardPiece,
  SpokenSegment,
  Transcript,
  TranscriptStream,
} from '../../ports/transcription.ts'
import type { ExchangeRecord } from '../answer.ts'

/** A transcript's events in the words of a surface. */
interface TranscriptWords {
  delta(text: string, extras?: HeardPiece['extras']): object
  segment(segment: SpokenSegment, index: number): object
  done(transcript: Transcript, usage: Usage): object
  encodeError: ServerSide['encodeError']
}

/** A transcript as server-sent events. `ended` is called once, however it ends. */
export function transcriptFrames(
  events: TranscriptStream,
  { words, record, ended }: { words: TranscriptWords; record: ExchangeRecord; ended(): void },
): FrameSource {
  let segments = 0
  let isFirst = true
  let isOver = false
  const frame = (event: object) => `data: ${JSON.stringify(event)}\n\n`
  const end = () => {
    if (isOver) return
    isOver = true
    ended()
  }
  return {
    keepAlive: ': keep-alive\n\n',
    async next() {
      if (isOver) return undefined
      const heard = await events.read()
      if (!heard) {
        if (isOver) return undefined
        const { transcript, usage } = events.transcript()
        record.usage = usage
        end()
        return frame(words.done(transcript, usage))
      }
      // An empty delta says that somebody listens; once is enough.
      const text =
        heard.delta !== '' || isFirst ? frame(words.delta(heard.delta, heard.extras)) : ''
      isFirst = false
      return heard.segment ? text + frame(words.segment(heard.segment, segments++)) : text
    },
    fail(error) {
      end()
      return frame(words.encodeError(asGatewayError(error), '') as object)
    },
    cancel() {
      const isEarly = !isOver
      end()
      if (isEarly) events.cancel()
    },
  }
}

import type { FrameSource } from '../../codecs/streams/pump.ts'
import type { ServerSide } from '../../dialects/dialect.ts'
import { asGatewayError } from '../../errors.ts'
import type { ResponseJobs, ToldPiece } from '../../library/responses/response-jobs.ts'

interface Following {
  id: string
  /** Only events with a higher number. */
  startingAfter?: number
  encodeError: ServerSide['encodeError']
  /** The events behind this number that end it, where whoever worked on it could not tell them. */
  endBehind(number: number): Promise<string>
}

/** Milliseconds between two looks for more. */
const LOOK = 150

const LAST = /^event: response\.(completed|failed|incomplete)$/m

/** Of the last event in a text; the number comes last in its frame. */
const NUMBER = /"sequence_number":(\d+)[^\n]*\n\n$/

/** What a response in the background tells, from its beginning or behind an event, until it ends. */
export function toldFrames(jobs: ResponseJobs, following: Following): FrameSource {
  const { id, startingAfter = -1, encodeError, endBehind } = following
  let place: string | undefined
  let number = -1
  let isOver = false
  const works = jobs.watch(id)

  const look = async (): Promise<string | undefined> => {
    const isAlive = await works()
    const pieces = await jobs.told(id, place)
    place = pieces.at(-1)?.place ?? place
    const text = textOf(pieces)
    number = Number(NUMBER.exec(text)?.[1] ?? number)
    isOver = LAST.test(text)
    // Who has stopped working on it may have stopped between two of our looks.
    if (isOver || isAlive || pieces.length > 0) return behind(text, startingAfter)
    isOver = true
    return (await endBehind(number)) || undefined
  }

  return {
    keepAlive: ': keep-alive\n\n',
    async next() {
      while (!isOver) {
        const text = await look()
        if (text !== '') return text
        await new Promise((resolve) => setTimeout(resolve, LOOK))
      }
      return undefined
    },
    fail(error) {
      isOver = true
      const data = JSON.stringify(encodeError(asGatewayError(error), ''))
      return `event: error\ndata: ${data}\n\n`
    },
    cancel() {
      isOver = true
    },
  }
}

const textOf = (pieces: readonly ToldPiece[]) => pieces.map(({ text }) => text).join('')

/** The events with a higher number. */
function behind(text: string, number: number): string {
  if (number < 0 || text === '') return text
  const frames = text.split('\n\n').filter((frame) => numberOf(frame) > number)
  return frames.map((frame) => `${frame}\n\n`).join('')
}

function numberOf(frame: string): number {
  const start = frame.indexOf('data: ')
  if (start < 0) return -1
  const { sequence_number: number } = JSON.parse(frame.slice(start + 6)) as {
    sequence_number: number
  }
  return number
}

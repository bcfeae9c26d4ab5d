import type { Usage } from '../../../conversation/events.ts'
import { GatewayError } from '../../../errors.ts'
import type { SpokenSegment, Transcript } from '../../../ports/transcription.ts'
import { type Fields, fieldsOf, objectsOf, textOf } from '../json-protocol.ts'
import { type SpokenItem, segmentsOfItems, textOfItems, wordsOfItems } from './spoken-items.ts'

/** What one event tells that was not told before. */
export interface Heard {
  delta: string
  segment?: SpokenSegment
}

interface TranscriptReader {
  /** TranscriptEvents as JSON. */
  read(payload: string): Heard[]
  transcript(): { transcript: Transcript; usage: Usage }
}

/**
 * Reads the events of a stream (Smithy model, TranscriptEvent). A result is told word by word as far as
 * AWS says that it will not change (`Stable`), the rest when it is final.
 */
export function createTranscriptReader(given: {
  language?: string
  /** Segments are told as well, by who speaks. */
  speakers: boolean
}): TranscriptReader {
  let language = given.language
  const items: SpokenItem[] = []
  /** Characters told of the result that is open. */
  let told = { id: '', text: '' }
  let said = ''

  const lead = () => (said === '' || isDense(language) ? '' : ' ')

  const take = (result: Fields): Heard[] => {
    const alternative = objectsOf(result['Alternatives'])[0]
    if (!alternative) return []
    language = textOf(result['LanguageCode']) ?? language
    const id = textOf(result['ResultId']) ?? ''
    if (told.id !== id) told = { id, text: '' }
    const isFinal = result['IsPartial'] === false
    const wires = objectsOf(alternative['Items'])
    if (!isFinal) {
      const changing = wires.findIndex((item) => item['Stable'] !== true)
      const stable = itemsOf(changing < 0 ? wires : wires.slice(0, changing))
      return tell(textOfItems(stable, language))
    }
    const own = itemsOf(wires)
    items.push(...own)
    const text = textOf(alternative['Transcript']) ?? textOfItems(own, language)
    const heard = tell(text)
    told = { id: '', text: '' }
    if (!given.speakers) return heard
    const segments = segmentsOfItems(own, language).map(
      (segment): Heard => ({ delta: '', segment }),
    )
    return [...heard, ...segments]
  }

  /** What goes on behind the text that was told; what was told stays as it was. */
  const tell = (text: string): Heard[] => {
    if (!text.startsWith(told.text)) return []
    const more = text.slice(told.text.length)
    if (more === '') return []
    const delta = told.text === '' ? lead() + more : more
    told.text = text
    said += delta
    return [{ delta }]
  }

  return {
    read: (payload) =>
      objectsOf(fieldsOf(fieldsOf(parse(payload))['Transcript'])['Results']).flatMap(take),
    transcript() {
      const duration = items.at(-1)?.end ?? 0
      const transcript: Transcript = {
        text: said,
        ...(language && { language }),
        duration,
        words: wordsOfItems(items),
        segments: segmentsOfItems(items, language),
      }
      return { transcript, usage: { input: 0, output: 0, audioSeconds: duration } }
    },
  }
}

const isDense = (language = '') => /^(zh|ja|th)/.test(language)

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload)
  } catch (cause) {
    throw new GatewayError('upstream', 'The transcript arrived damaged. Retry the request.', {
      cause,
    })
  }
}

function itemsOf(wires: readonly Fields[]): SpokenItem[] {
  return wires.map((wire) => {
    const speaker = textOf(wire['Speaker'])
    return {
      text: textOf(wire['Content']) ?? '',
      isMark: wire['Type'] === 'punctuation',
      start: Number(wire['StartTime'] ?? 0),
      end: Number(wire['EndTime'] ?? 0),
      ...(speaker !== undefined && { speaker }),
    }
  })
}

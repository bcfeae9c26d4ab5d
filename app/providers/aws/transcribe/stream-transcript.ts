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
  /** Something is to be taken out, which AWS does when a segment is complete: until then it is not told. */
  redacts: boolean
}): TranscriptReader {
  let language = given.language
  const items: SpokenItem[] = []
  const nothing = { id: '', text: '', items: [] as readonly SpokenItem[] }
  /** What was told of the result that is open. */
  let told = nothing
  let said = ''

  const lead = () => (said === '' || isDense(language) ? '' : ' ')

  const take = (result: Fields): Heard[] => {
    const alternative = objectsOf(result['Alternatives'])[0]
    if (!alternative) return []
    language = textOf(result['LanguageCode']) ?? language
    const id = textOf(result['ResultId']) ?? ''
    if (told.id !== id) told = { ...nothing, id }
    const isFinal = result['IsPartial'] === false
    const wires = objectsOf(alternative['Items'])
    if (!isFinal) {
      if (given.redacts) return []
      const changing = wires.findIndex((item) => item['Stable'] !== true)
      const stable = itemsOf(changing < 0 ? wires : wires.slice(0, changing))
      return tell(textOfItems(stable, language), stable)
    }
    const own = itemsOf(wires)
    items.push(...own)
    const text = textOf(alternative['Transcript']) ?? textOfItems(own, language)
    const rest = [...told.items, ...own.slice(told.items.length)]
    // Where words that were told have changed after all, those behind them are still to come.
    const heard = tell(text.startsWith(told.text) ? text : textOfItems(rest, language), own)
    told = nothing
    if (!given.speakers) return heard
    const segments = segmentsOfItems(own, language).map(
      (segment): Heard => ({ delta: '', segment }),
    )
    return [...heard, ...segments]
  }

  /** What goes on behind the text that was told; what was told stays as it was. */
  const tell = (text: string, spoken: readonly SpokenItem[]): Heard[] => {
    if (!text.startsWith(told.text)) return []
    const more = text.slice(told.text.length)
    if (more === '') return []
    const delta = told.text === '' ? lead() + more : more
    told = { ...told, text, items: spoken }
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

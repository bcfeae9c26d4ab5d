import { entryOf } from '../../../codecs/table.ts'
import type { TranscribeFields } from './fields.ts'

type Fields = Readonly<Record<string, unknown>>

/** Settings that streams know as well, by the names of their headers (Smithy model, StartStreamTranscriptionRequest). */
const SETTINGS: Readonly<Record<string, string>> = {
  VocabularyName: 'vocabulary-name',
  VocabularyFilterName: 'vocabulary-filter-name',
  VocabularyFilterMethod: 'vocabulary-filter-method',
  ShowSpeakerLabels: 'show-speaker-label',
}

/** Settings that say nothing to a stream and lose nothing by it. */
const SILENT: ReadonlySet<string> = new Set(['MaxSpeakerLabels'])

/** The headers of a stream; undefined for what only jobs can do. `languages` are one, or some to tell apart. */
export function streamHeaders(
  { settings, members, language }: TranscribeFields,
  languages: readonly string[],
): Record<string, string> | undefined {
  const headers: Record<string, string> = {
    'enable-partial-results-stabilization': 'true',
    'partial-results-stability': 'high',
    ...languageHeaders(languages, language['IdentifyMultipleLanguages'] === true),
  }
  for (const [name, value] of Object.entries(settings)) {
    const header = entryOf(SETTINGS, name)
    if (header) headers[header] = String(value)
    else if (!SILENT.has(name)) return undefined
  }
  const { ContentRedaction, ModelSettings, ...others } = members
  if (Object.keys(others).length > 0) return undefined
  const redaction = ContentRedaction as Fields | undefined
  if (redaction) {
    headers['content-redaction-type'] = String(redaction['RedactionType'])
    const types = redaction['PiiEntityTypes']
    if (Array.isArray(types)) headers['pii-entity-types'] = types.join(',')
  }
  const model = (ModelSettings as Fields | undefined)?.['LanguageModelName']
  if (typeof model === 'string') headers['language-model-name'] = model
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [`x-amzn-transcribe-${name}`, value]),
  )
}

function languageHeaders(languages: readonly string[], several: boolean): Record<string, string> {
  const [only, ...others] = languages
  if (only !== undefined && others.length === 0) return { 'language-code': only }
  return {
    [several ? 'identify-multiple-languages' : 'identify-language']: 'true',
    'language-options': languages.join(','),
  }
}

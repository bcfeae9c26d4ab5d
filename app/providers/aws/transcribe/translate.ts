import { GatewayError } from '../../../errors.ts'
import type { Call } from '../../../ports/call.ts'
import type { Transcript } from '../../../ports/transcription.ts'
import { madeAgain } from '../audio-work/patience.ts'
import { fanOut } from '../bedrock/embeddings/fan-out.ts'
import type { AwsCall } from '../call.ts'
import { askJson, type Fields, textOf } from '../json-protocol.ts'

interface TranslateDependencies {
  call: AwsCall
  region: string
  /** `Formality`, `Profanity`, `Brevity`, `TerminologyNames`, as the caller wrote them. */
  extras: Readonly<Record<string, unknown>>
}

/** Bytes of one request are 10,000 (Translate's quotas). */
const MOST_BYTES = 9500
const AT_ONCE = 4

/**
 * The transcript in another language by Amazon Translate (TranslateText). Segments keep their times: some
 * go together, a line each, so that a sentence is translated knowing its neighbours. Words have no times in
 * another language, and are left out. Throws `GatewayError`.
 */
export async function translated(
  transcript: Transcript,
  { target, ...dependencies }: TranslateDependencies & { target: string },
  call: Call,
): Promise<{ transcript: Transcript; characters: number }> {
  const { language = 'auto', text, segments = [] } = transcript
  const source = translateCode(language)
  if (source === target || text.trim() === '') return { transcript, characters: 0 }
  const lines = segments.length > 0 ? segments.map((one) => oneLine(one.text)) : inSentences(text)
  const batches = inBatches(lines)
  const ask = (texts: readonly string[], signal: AbortSignal) => {
    const once = () =>
      translateLines(dependencies, { texts, source, target }, { signal, as: call.as })
    // Of several, the fan-out makes one again itself.
    return batches.length === 1 ? madeAgain(once, signal) : once()
  }
  const answers = await fanOut(batches, { most: AT_ONCE, signal: call.signal }, ask)
  const said = answers.flat()
  const { words: _, ...rest } = transcript
  return {
    transcript: {
      ...rest,
      text: said.join(' '),
      ...(segments.length > 0 && {
        segments: segments.map((segment, at) => ({ ...segment, text: said[at]! })),
      }),
    },
    characters: lines.reduce((sum, line) => sum + line.length, 0),
  }
}

const oneLine = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ')

const inSentences = (text: string) =>
  (oneLine(text).match(/[^.!?。！？]+[.!?。！？]*\s*/g) ?? [text]).map((one) => one.trim())

const bytesOf = (text: string) => new TextEncoder().encode(text).length

/** Lines that go into one request each; a line that alone is too long is cut. */
function inBatches(lines: readonly string[]): string[][] {
  const batches: string[][] = []
  let open: string[] = []
  let size = 0
  for (const line of lines) {
    const length = bytesOf(line) + 1
    if (open.length > 0 && size + length > MOST_BYTES) {
      batches.push(open)
      open = []
      size = 0
    }
    open.push(line)
    size += length
  }
  if (open.length > 0) batches.push(open)
  return batches
}

interface Lines {
  texts: readonly string[]
  source: string
  target: string
}

type Asked = Pick<Call, 'signal' | 'as'>

/** As many lines as there were: where they came back as others, each is asked for by itself. */
async function translateLines(
  dependencies: TranslateDependencies,
  { texts, source, target }: Lines,
  asked: Asked,
): Promise<string[]> {
  const together = texts.join('\n')
  if (bytesOf(together) <= MOST_BYTES) {
    const said = await translateText(dependencies, { text: together, source, target }, asked)
    const lines = said.split('\n')
    if (lines.length === texts.length) return lines.map((line) => line.trim())
  }
  const alone: string[] = []
  for (const text of texts) {
    const pieces = await Promise.all(
      cut(text).map((piece) => translateText(dependencies, { text: piece, source, target }, asked)),
    )
    alone.push(oneLine(pieces.join(' ')))
  }
  return alone
}

/** A text in pieces that each fit into one request; letters may have four bytes. */
function cut(text: string): string[] {
  if (bytesOf(text) <= MOST_BYTES) return [text]
  const most = Math.floor(MOST_BYTES / 4)
  const space = text.lastIndexOf(' ', most)
  const at = space > 0 ? space : most
  return [text.slice(0, at), ...cut(text.slice(at).trim())]
}

async function translateText(
  { call, region, extras }: TranslateDependencies,
  { text, source, target }: { text: string; source: string; target: string },
  { signal, as }: Asked,
): Promise<string> {
  const { TerminologyNames, ...others } = extras
  const settings = Object.fromEntries(
    Object.entries(others).filter(([name]) => ['Formality', 'Profanity', 'Brevity'].includes(name)),
  )
  const names = typeof TerminologyNames === 'string' ? [TerminologyNames] : TerminologyNames
  const input: Fields = {
    Text: text,
    SourceLanguageCode: source,
    TargetLanguageCode: target,
    ...(Object.keys(settings).length > 0 && { Settings: settings }),
    ...(Array.isArray(names) && { TerminologyNames: names }),
  }
  const operation = 'AWSShineFrontendService_20170701.TranslateText'
  const asked = { service: 'translate', region, target: operation, input, as } as const
  const said = textOf((await askJson(call, asked, signal))['TranslatedText'])
  if (said !== undefined) return said
  throw new GatewayError('upstream', 'The translation came back without words.')
}

/** Languages that Translate tells apart by country (service guide, supported languages, November 2026). */
const BY_COUNTRY: ReadonlySet<string> = new Set(['es-MX', 'fa-AF', 'fr-CA', 'pt-PT', 'zh-TW'])

/** Transcribe's code of a language as Translate writes it. */
const translateCode = (code: string): string =>
  BY_COUNTRY.has(code) ? code : code.split('-', 1)[0]!.toLowerCase()
